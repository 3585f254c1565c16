import type { CarillonState } from '@carillon/sdk';

interface Words {
  readonly label: string;
  readonly tone: 'good' | 'busy' | 'poor' | 'bad';
  /** What it means and what happens next; absent where nothing is wrong. */
  readonly next?: string;
  /** What happens to a message that is sent now. */
  readonly sending: string;
}

const SENDS = 'Enter sends, Shift + Enter makes a new line';
const WAITS = 'What you send now waits for the connection';

const WORDS: Record<CarillonState, Words> = {
  idle: { label: 'Not connected', tone: 'busy', sending: WAITS },
  connecting: {
    label: 'Connecting',
    tone: 'busy',
    next: 'Connecting. What you send waits and goes out by itself.',
    sending: WAITS,
  },
  connected: { label: 'Connected', tone: 'good', sending: SENDS },
  'catching up': {
    label: 'Catching up',
    tone: 'busy',
    next: 'Connected again. What you missed is coming in, in order.',
    sending: SENDS,
  },
  degraded: {
    label: 'Degraded',
    tone: 'poor',
    next: 'This instance lost its broker. You stay connected; messages go on when it is back.',
    sending: 'What you send now waits until the broker is back',
  },
  offline: {
    label: 'Offline',
    tone: 'poor',
    next: 'No connection. It is tried again by itself, and you will get what you missed.',
    sending: WAITS,
  },
  refused: {
    label: 'Refused',
    tone: 'bad',
    next: 'The server refused this session. It is not tried again by itself.',
    sending: 'What you send now does not go out',
  },
};

/** How a connection state is told to people. */
export function wordsFor(state: CarillonState): Words {
  return WORDS[state];
}
