import type { DialectChoice } from '../load/dialects.js';
import type { Child, Core } from '../processes/child.js';

/** A server that can be measured. One file for each; it says how it is configured and why that is fair. */
export interface Peer {
  readonly name: string;
  /** For people: what it is. */
  readonly title: string;
  /** Null when it can be started here, else what is missing. */
  missing(): string | null;
  start(options: StartOptions): Promise<RunningPeer>;
}

export interface StartOptions {
  /** The built server of this project. */
  readonly server: string;
  /** Folder for CPU profiles that servers write when they stop; null: none are taken. */
  readonly profiles: string | null;
  /** Processes that share one Redis. */
  readonly instances: number;
  /** Where a Redis of its own runs: beside the load, or beside the servers when the load needs its core for itself. */
  readonly redisCore: Core;
  /** Whether a process of Node carries the probe, which answers for memory and the event loop. */
  readonly isProbed: boolean;
}

export interface RunningPeer {
  readonly name: string;
  readonly dialect: DialectChoice;
  readonly instances: readonly Instance[];
  /** Its own Redis, so that nobody else's work is counted; null where it has none. */
  readonly redisPid: number | null;
  /** @throws when one of its processes has ended. */
  check(): void;
  stop(): Promise<void>;
}

/** One process that serves. */
export interface Instance {
  readonly port: number;
  readonly child: Child;
}
