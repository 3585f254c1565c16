import type { Socket } from 'socket.io';
import type { ChannelName } from '../protocol/channel-name.js';
import type { Caller } from '../identity/caller.js';
import type { Session } from '../delivery/session.js';
import type { SessionLimits } from '../limits/session-limits.js';
import type { Position } from '../broker/position.js';
import type { AnswerGate } from './answer-gate.js';
import type { SocketWire } from './socket-wire.js';

/** What the handshake proved and asked for. */
export interface Handshake {
  readonly caller: Caller;
  readonly client: string;
  /** Positions in the `$` channels to go on from. */
  readonly since: ReadonlyMap<string, Position>;
}

/** One connection at the Socket.IO edge. */
export interface Connection {
  readonly socket: Socket;
  readonly session: Session;
  readonly wire: SocketWire;
  readonly client: string;
  readonly limits: SessionLimits;
  /** Replaced by `authenticate`. */
  caller: Caller;
  /** Settles when the `session` was sent; commands wait for it. Never rejects. Null: it was. */
  ready: Promise<void> | null;
  /** Requests with large answers pass through it. */
  readonly answers: AnswerGate<Session>;
  /** What is under way in a channel: commands that follow it wait for it. Null: nothing anywhere. */
  underWay: Map<string, Promise<void>> | null;
  /** `$` channels that renewals added to those of the session. Null: there were none. */
  added: Set<ChannelName> | null;
  /** Requests that were not answered yet. */
  pending: number;
  /** It is about to be moved to another instance: what is asked from now on is refused. */
  isLeaving: boolean;
}

/** What `socket.data` holds: the handshake first, the connection once it is open. */
interface SocketData {
  handshake?: Handshake | undefined;
  connection?: Connection;
}

export function dataOf(socket: Socket): SocketData {
  // Socket.IO types its data as any; only this edge writes it.
  return socket.data as SocketData;
}
