import type { ConnectionState } from './connection-state.js';

export type CarillonState = ConnectionState['name'];

/** Why a state was entered, and what comes next. */
export interface StateDetail {
  readonly code?: string;
  /** One sentence that can be shown to a person. */
  readonly message?: string;
  /** Until the next try, in milliseconds. */
  readonly retryInMs?: number;
}

export function detailOf(state: ConnectionState, nowMs: number): StateDetail {
  if (state.name !== 'offline' && state.name !== 'refused') return {};
  const { code, message } = state.reason;
  if (state.name === 'refused') return { code, message };
  return { code, message, retryInMs: Math.max(0, state.retryAtMs - nowMs) };
}
