/**
 * Keeps short texts at once, for the moment in which a page ends: a write that takes a while may never
 * arrive then. What is kept here may be lost, and may be older than what the store holds by now.
 */
export interface LastWords {
  /** Has happened when it returns. Null: nothing is kept under that key any more. */
  keep(key: string, text: string | null): void;
  /** Null for what is not there or cannot be read. */
  kept(key: string): string | null;
  /** Calls `task` whenever this may be the last chance to keep something; returns what ends it. */
  onEnd(task: () => void): () => void;
}

/** The last words of a page, in the `localStorage` of its origin. */
export function pageLastWords(name: string): LastWords {
  const keyOf = (key: string) => `${name}: last words ${key}`;
  return {
    keep(key, text) {
      try {
        // First: where there is no room for the new one, the old one is of no use either.
        localStorage.removeItem(keyOf(key));
        if (text !== null) localStorage.setItem(keyOf(key), text);
      } catch {
        // A page that may store nothing there may show its last message again.
      }
    },
    kept(key) {
      try {
        return localStorage.getItem(keyOf(key));
      } catch {
        return null;
      }
    },
    onEnd,
  };
}

function onEnd(task: () => void): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {};
  // Phones end a page that is hidden without another word.
  const onVisibility = () => {
    if (document.visibilityState === 'hidden') task();
  };
  window.addEventListener('pagehide', task);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    window.removeEventListener('pagehide', task);
    document.removeEventListener('visibilitychange', onVisibility);
  };
}
