import type { CarillonError } from './carillon-error.js';
import { retryDelayMs } from './retry-delay.js';

/** A connection that lived this long has proved that coming back works: failures count anew. */
const STABLE_MS = 10_000;

interface Try {
  /** Tries that failed since a connection was last stable. */
  readonly failures: number;
  /** Which of the urls, counted on without end. */
  readonly url: number;
}

interface Online extends Try {
  readonly sinceMs: number;
}

export type ConnectionState =
  | { readonly name: 'idle' }
  | ({ readonly name: 'connecting'; readonly renewToken: boolean } & Try)
  | ({ readonly name: 'catching up' } & Online)
  | ({ readonly name: 'connected' } & Online)
  | ({ readonly name: 'degraded'; readonly caughtUp: boolean } & Online)
  | ({
      readonly name: 'offline';
      readonly renewToken: boolean;
      readonly retryAtMs: number;
      /** The server named the wait: waking up does not shorten it. */
      readonly toldToWait: boolean;
      readonly reason: CarillonError;
    } & Try)
  | { readonly name: 'refused'; readonly reason: CarillonError };

export type ConnectionEvent =
  /** The application wants to be connected, or to try now. */
  | { readonly type: 'connect' }
  | { readonly type: 'close' }
  /** The wait of `offline` is over. */
  | { readonly type: 'retry' }
  /** The network or the page came back: waiting on makes no sense. */
  | { readonly type: 'wake' }
  /** The server sent the session. */
  | { readonly type: 'opened' }
  /** Every wanted channel stands where the server stands. */
  | { readonly type: 'caught up' }
  | { readonly type: 'status'; readonly degraded: boolean }
  /** A try came to nothing, or a connection was cut. */
  | { readonly type: 'lost'; readonly reason: CarillonError }
  /** The server answered the try with an error. */
  | { readonly type: 'refused'; readonly reason: CarillonError }
  /** The server is about to close the connection. */
  | { readonly type: 'closing'; readonly reason: CarillonError; readonly reconnect: boolean };

export interface Surroundings {
  /** Milliseconds that only ever grow. */
  readonly nowMs: number;
  /** From 0 to 1. */
  readonly random: number;
  /** A fresh token can be had. */
  readonly tokenRenewable: boolean;
}

/** Where an event leads. Hands `state` itself back where the event means nothing in it. */
export function nextState(
  state: ConnectionState,
  event: ConnectionEvent,
  around: Surroundings,
): ConnectionState {
  switch (event.type) {
    case 'connect':
      return afterConnect(state, around);
    case 'close':
      return state.name === 'idle' ? state : { name: 'idle' };
    case 'retry':
      return state.name === 'offline' ? again(state) : state;
    case 'wake':
      return state.name === 'offline' && !state.toldToWait ? again(state) : state;
    case 'opened':
      return state.name === 'connecting' ? afterOpened(state, around) : state;
    case 'caught up':
      return afterCaughtUp(state);
    case 'status':
      return afterStatus(state, event.degraded);
    case 'lost':
      return isActive(state) ? offline(state, event.reason, around) : state;
    case 'refused':
      return state.name === 'connecting' ? afterRefusal(state, event.reason, around) : state;
    case 'closing':
      return isActive(state) ? afterClosing(state, event, around) : state;
  }
}

type Active = Extract<ConnectionState, Try> & { name: Exclude<ConnectionState['name'], 'offline'> };

function isActive(state: ConnectionState): state is Active {
  return state.name !== 'idle' && state.name !== 'offline' && state.name !== 'refused';
}

function afterConnect(state: ConnectionState, around: Surroundings): ConnectionState {
  if (state.name === 'offline') return again(state);
  const first = { name: 'connecting', failures: 0, url: 0 } as const;
  if (state.name === 'idle') return { ...first, renewToken: false };
  // What was refused may have been the token: the same one would be refused again.
  if (state.name === 'refused') return { ...first, renewToken: around.tokenRenewable };
  return state;
}

function again(state: ConnectionState & { name: 'offline' }): ConnectionState {
  const { failures, url, renewToken } = state;
  return { name: 'connecting', failures, url, renewToken };
}

function afterOpened({ failures, url }: Try, { nowMs }: Surroundings): ConnectionState {
  return { name: 'catching up', failures, url, sinceMs: nowMs };
}

function afterCaughtUp(state: ConnectionState): ConnectionState {
  if (state.name === 'catching up') return { ...state, name: 'connected' };
  if (state.name === 'degraded' && !state.caughtUp) return { ...state, caughtUp: true };
  return state;
}

function afterStatus(state: ConnectionState, degraded: boolean): ConnectionState {
  if (state.name === 'degraded') {
    if (degraded) return state;
    const { failures, url, sinceMs, caughtUp } = state;
    return { name: caughtUp ? 'connected' : 'catching up', failures, url, sinceMs };
  }
  if (!degraded || (state.name !== 'connected' && state.name !== 'catching up')) return state;
  return { ...state, name: 'degraded', caughtUp: state.name === 'connected' };
}

function afterRefusal(
  state: ConnectionState & { name: 'connecting' },
  reason: CarillonError,
  around: Surroundings,
): ConnectionState {
  if (reason.retryable) return offline(state, reason, around);
  // A kept token may have been signed with a key that was changed since: a fresh one is worth a try.
  const isOfToken = reason.code === 'token_expired' || reason.code === 'unauthenticated';
  const mayRenew = isOfToken && around.tokenRenewable;
  // A second refusal of a token that was just made is for a person to solve.
  if (mayRenew && !state.renewToken) return { ...state, renewToken: true };
  return { name: 'refused', reason };
}

function afterClosing(
  state: Active,
  { reason, reconnect }: { reason: CarillonError; reconnect: boolean },
  around: Surroundings,
): ConnectionState {
  const renewToken = reason.code === 'token_expired' && around.tokenRenewable;
  if (!reconnect && !renewToken) return { name: 'refused', reason };
  return { ...offline(state, reason, around), renewToken };
}

function offline(
  state: Active,
  reason: CarillonError,
  { nowMs, random }: Surroundings,
): ConnectionState & { name: 'offline' } {
  const failures = 'sinceMs' in state && nowMs - state.sinceMs >= STABLE_MS ? 0 : state.failures;
  const hintMs = reason.retryAfterMs ?? 0;
  return {
    name: 'offline',
    failures: failures + 1,
    url: state.url + 1,
    renewToken: state.name === 'connecting' && state.renewToken,
    retryAtMs: nowMs + retryDelayMs(failures, random, hintMs),
    toldToWait: hintMs > 0,
    reason,
  };
}
