import { describe, expect, test } from '@jest/globals';
import { CarillonError } from '../src/carillon-error.js';
import {
  type ConnectionEvent,
  type ConnectionState,
  nextState,
  type Surroundings,
} from '../src/connection-state.js';

const AROUND: Surroundings = { nowMs: 50_000, random: 0.5, tokenRenewable: true };
const cut = new CarillonError('unavailable', 'cut');
const expired = new CarillonError('token_expired', 'expired');
const forbidden = new CarillonError('forbidden', 'no');
const draining = new CarillonError('draining', 'moving', { retryAfterMs: 2_000 });

const idle: ConnectionState = { name: 'idle' };
const connecting: ConnectionState = { name: 'connecting', failures: 2, url: 3, renewToken: false };
const online = { failures: 2, url: 3, sinceMs: 45_000 };
const catchingUp: ConnectionState = { name: 'catching up', ...online };
const connected: ConnectionState = { name: 'connected', ...online };
const degraded: ConnectionState = { name: 'degraded', caughtUp: true, ...online };
const offline: ConnectionState = {
  name: 'offline',
  failures: 1,
  url: 1,
  renewToken: false,
  retryAtMs: 60_000,
  toldToWait: false,
  reason: cut,
};
const refused: ConnectionState = { name: 'refused', reason: forbidden };

const STATES = [idle, connecting, catchingUp, connected, degraded, offline, refused];
const EVENTS: ConnectionEvent[] = [
  { type: 'connect' },
  { type: 'close' },
  { type: 'retry' },
  { type: 'wake' },
  { type: 'opened' },
  { type: 'caught up' },
  { type: 'status', degraded: true },
  { type: 'status', degraded: false },
  { type: 'lost', reason: cut },
  { type: 'refused', reason: forbidden },
  { type: 'closing', reason: draining, reconnect: true },
  { type: 'closing', reason: forbidden, reconnect: false },
];

/** Rows as EVENTS, columns as STATES; a dot: nothing changes. */
const TABLE = `
connecting | .       | .           | .           | .           | connecting | connecting
.          | idle    | idle        | idle        | idle        | idle       | idle
.          | .       | .           | .           | .           | connecting | .
.          | .       | .           | .           | .           | connecting | .
.          | catching up | .       | .           | .           | .          | .
.          | .       | connected   | .           | .           | .          | .
.          | .       | degraded    | degraded    | .           | .          | .
.          | .       | .           | .           | connected   | .          | .
.          | offline | offline     | offline     | offline     | .          | .
.          | refused | .           | .           | .           | .          | .
.          | offline | offline     | offline     | offline     | .          | .
.          | refused | refused     | refused     | refused     | .          | .
`
  .trim()
  .split('\n')
  .map((row) => row.split('|').map((cell) => cell.trim()));

describe('the connection state machine', () => {
  for (const [row, event] of EVENTS.entries()) {
    for (const [column, state] of STATES.entries()) {
      const expected = TABLE[row]?.[column];
      test(`${state.name} + ${JSON.stringify(event).slice(0, 45)} → ${String(expected)}`, () => {
        const next = nextState(state, event, AROUND);
        expect(next === state ? '.' : next.name).toBe(expected);
      });
    }
  }

  test('the first retry comes within 300 ms, later ones double up to 5 s', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 60].map((failures) => {
      const from: ConnectionState = { ...connecting, failures };
      const next = nextState(from, { type: 'lost', reason: cut }, { ...AROUND, random: 1 });
      return next.name === 'offline' ? next.retryAtMs - AROUND.nowMs : null;
    });
    expect(bounds).toEqual([300, 600, 1_200, 2_400, 4_800, 5_000, 5_000]);
  });

  test('jitter is full: a retry may come at once', () => {
    const next = nextState(connecting, { type: 'lost', reason: cut }, { ...AROUND, random: 0 });
    expect(next).toMatchObject({ name: 'offline', retryAtMs: AROUND.nowMs });
  });

  test('a connection that proved stable starts the count anew, a flapping one does not', () => {
    const lost: ConnectionEvent = { type: 'lost', reason: cut };
    expect(nextState(connected, lost, AROUND)).toMatchObject({ failures: 3 });
    expect(nextState(connected, lost, { ...AROUND, nowMs: 90_000 })).toMatchObject({ failures: 1 });
  });

  test('every failure moves on to the next url', () => {
    expect(nextState(connecting, { type: 'lost', reason: cut }, AROUND)).toMatchObject({ url: 4 });
  });

  test('an expired token is renewed once, and refused when the fresh one is expired too', () => {
    const event: ConnectionEvent = { type: 'refused', reason: expired };
    const renewing = nextState(connecting, event, AROUND);
    expect(renewing).toEqual({ ...connecting, renewToken: true });
    expect(nextState(renewing, event, AROUND)).toEqual({ name: 'refused', reason: expired });
  });

  test('a token that is not known is renewed once: its key may have been changed', () => {
    const unknown = new CarillonError('unauthenticated', 'who?');
    const event: ConnectionEvent = { type: 'refused', reason: unknown };
    const renewing = nextState(connecting, event, AROUND);
    expect(renewing).toEqual({ ...connecting, renewToken: true });
    expect(nextState(renewing, event, AROUND)).toEqual({ name: 'refused', reason: unknown });
    const fixed = { ...AROUND, tokenRenewable: false };
    expect(nextState(connecting, event, fixed)).toEqual({ name: 'refused', reason: unknown });
  });

  test('an expired token that cannot be renewed is refused', () => {
    const event: ConnectionEvent = { type: 'refused', reason: expired };
    const next = nextState(connecting, event, { ...AROUND, tokenRenewable: false });
    expect(next).toEqual({ name: 'refused', reason: expired });
  });

  test('closing for an expired token comes back with a fresh one', () => {
    const event: ConnectionEvent = { type: 'closing', reason: expired, reconnect: false };
    expect(nextState(connected, event, AROUND)).toMatchObject({
      name: 'offline',
      renewToken: true,
    });
  });

  test('a wait that the server named is kept, and waking up does not shorten it', () => {
    const event: ConnectionEvent = { type: 'closing', reason: draining, reconnect: true };
    const next = nextState(connected, event, AROUND);
    expect(next).toMatchObject({ name: 'offline', toldToWait: true });
    expect(next.name === 'offline' && next.retryAtMs).toBeGreaterThanOrEqual(52_000);
    expect(nextState(next, { type: 'wake' }, AROUND)).toBe(next);
  });

  test('what was not caught up before the broker was lost is not after it', () => {
    const lost = nextState(catchingUp, { type: 'status', degraded: true }, AROUND);
    const back: ConnectionEvent = { type: 'status', degraded: false };
    expect(nextState(lost, back, AROUND).name).toBe('catching up');
    const caughtUp = nextState(lost, { type: 'caught up' }, AROUND);
    expect(caughtUp.name).toBe('degraded');
    expect(nextState(caughtUp, back, AROUND).name).toBe('connected');
  });

  test('connecting again after a refusal asks for a fresh token', () => {
    expect(nextState(refused, { type: 'connect' }, AROUND)).toMatchObject({ renewToken: true });
  });
});
