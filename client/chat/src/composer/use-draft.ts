import { useCallback, useState } from 'react';

const STORED_UNDER = 'carillon.draft.';

/** What was written and not yet sent, kept for each room of this tab. */
export function useDraft(room: string): readonly [string, (text: string) => void] {
  const key = STORED_UNDER + room;
  const [draft, setDraft] = useState(() => sessionStorage.getItem(key) ?? '');
  const change = useCallback(
    (text: string) => {
      setDraft(text);
      if (text === '') sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, text);
    },
    [key],
  );
  return [draft, change];
}
