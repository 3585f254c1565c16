import { useCallback, useState } from 'react';
import { forgetSession, requestSession, storedSession, type DemoSession } from './demo-session.js';

export interface SignedIn {
  readonly session: DemoSession | undefined;
  readonly enter: (name: string) => Promise<void>;
  readonly leave: () => void;
}

/** The session of this tab, kept over reloads of the page. */
export function useDemoSession(): SignedIn {
  const [session, setSession] = useState(storedSession);
  const enter = useCallback(async (name: string) => setSession(await requestSession(name)), []);
  const leave = useCallback(() => {
    forgetSession();
    setSession(undefined);
  }, []);
  return { session, enter, leave };
}
