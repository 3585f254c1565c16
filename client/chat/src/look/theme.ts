export type Theme = 'light' | 'dark';

const STORED_AS = 'carillon.theme';
const PREFERS_DARK = window.matchMedia('(prefers-color-scheme: dark)');

/** What the person chose on this device, else what the system prefers. */
export function currentTheme(): Theme {
  const chosen = localStorage.getItem(STORED_AS);
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return PREFERS_DARK.matches ? 'dark' : 'light';
}

/** Puts the theme on the page: the style sheets read it from the root element. */
export function applyTheme(): void {
  document.documentElement.dataset['theme'] = currentTheme();
}

/** Follows the system until the person chooses. Returns the function that ends it. */
export function followSystemTheme(changed: () => void): () => void {
  PREFERS_DARK.addEventListener('change', changed);
  return () => PREFERS_DARK.removeEventListener('change', changed);
}

/** Remembers a choice; one that agrees with the system is no choice, so that it is followed again. */
export function chooseTheme(theme: Theme): void {
  if ((theme === 'dark') === PREFERS_DARK.matches) localStorage.removeItem(STORED_AS);
  else localStorage.setItem(STORED_AS, theme);
  applyTheme();
}
