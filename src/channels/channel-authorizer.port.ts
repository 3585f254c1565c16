import type { Action, Caller } from '../identity/caller.js';

/** Answers whether a caller may do something in a channel. A team with a database of its own binds another one. */
export interface ChannelAuthorizer {
  /** Must settle within a second or two; a rejection is told to the client as `unavailable`. */
  authorize(caller: Caller, action: Action, channel: string): Promise<Verdict>;
}

export type Verdict =
  | {
      readonly allowed: true;
      /** Ask again after this instant (milliseconds since 1970); null: holds as long as the token. */
      readonly until: number | null;
    }
  | { readonly allowed: false };

export const CHANNEL_AUTHORIZER = Symbol('ChannelAuthorizer');
