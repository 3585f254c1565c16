import type { Buffer } from 'node:buffer';

/** What a client keeps to come back to its place. */
export interface Place {
  /** Names a session that the server keeps; null where servers keep none. */
  session: string | null;
  /** Of the last message of all. */
  last: string | null;
  /** Of the last message, by channel. */
  readonly channels: Map<string, string>;
}

export type Request =
  | { readonly kind: 'join'; readonly channel: string; readonly since: string | null }
  | {
      readonly kind: 'publish';
      readonly channel: string;
      readonly id: string;
      readonly data: string;
      readonly priority: string | null;
    };

/** One message of a channel that is known otherwise. */
export interface Missed {
  /** What was published. */
  readonly data: unknown;
  /** Where a client may go on from; null where there is no such thing. */
  readonly position: string | null;
}

/** One message as it came. */
export interface Delivery extends Missed {
  readonly channel: string;
}

export interface Reply {
  readonly isOk: boolean;
  /** Not accepted, but perhaps done all the same. */
  readonly isUnknown: boolean;
  /** Why not, in the server's words. */
  readonly refusal: string | null;
  /** Messages that came with it: what a joining client had missed, oldest first. */
  readonly missed: readonly Missed[];
}

/** What a packet means that is not a message. */
export type Incoming =
  | { readonly kind: 'say'; readonly packet: string }
  /** The connection may begin. */
  | { readonly kind: 'ready'; readonly session: string | null }
  | { readonly kind: 'reply'; readonly number: number; readonly reply: Reply }
  /** A loss that the server tells of; null: it does not know how much. */
  | { readonly kind: 'lost'; readonly channel: string; readonly count: number | null }
  /** The server is about to close the connection. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'harmless' }
  | { readonly kind: 'fault' };

/** How clients of one kind of server speak over a WebSocket. */
export interface Dialect {
  /** What the upgrade asks for. */
  readonly path: string;
  /** What a frame that brings a message begins with. */
  readonly messageHead: Buffer;
  /** Whether a frame may hold several packets, one in each line. */
  readonly hasLines: boolean;
  /** Whether the server puts a session that is resumed back into its channels. */
  readonly keepsChannels: boolean;
  /** The first packet; null: the server begins. */
  hello(index: number, place: Place | null): string | null;
  /** A request; it is answered by a reply of this number. */
  request(number: number, request: Request): string;
  incoming(packet: string, index: number, place: Place | null): Incoming;
  delivery(packet: string): Delivery;
}
