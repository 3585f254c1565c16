import type { Refusal } from '../deployment/open-socket.js';
import type { History } from './history.js';
import type { Place } from './place.js';

export interface ReaderParts {
  readonly name: string;
  /** The stable id that it connects with. */
  readonly client: string;
  readonly channels: readonly string[];
  /** The first is tried first. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly history: History;
  /** It has a session at that instance. */
  readonly met: (instance: string) => void;
  /** The server will not have it any more, and trying again would not help. */
  readonly refused: (refusal: Refusal) => void;
}

/** Somebody who follows channels, and writes down everything that it was given or told. */
export interface Reader {
  readonly name: string;
  readonly kind: 'SDK' | 'plain';
  readonly channels: readonly string[];
  /** Every channel is followed just now. */
  readonly isConnected: boolean;
  /** How often it lost its connection; leaving is not losing. */
  readonly drops: number;
  /** Connects and follows its channels for as long as it takes. */
  start(): void;
  /** Disconnects, keeping its places. */
  leave(): Promise<void>;
  /** Goes on from where it left. */
  comeBack(): void;
  /** It was handed that message, or told that what stands there is lost. */
  isThrough(channel: string, last: LastMessage): boolean;
  close(): Promise<void>;
}

/** What the publisher was told of the last message of a channel. */
export interface LastMessage extends Place {
  readonly id: string;
}
