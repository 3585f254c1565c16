import type { DialectChoice } from '../load/dialects.js';

/** A server that can be measured. One file for each; it says how it is configured and why that is fair. */
export interface Peer {
  readonly name: string;
  /** For people: what it is. */
  readonly title: string;
  start(options: StartOptions): Promise<RunningPeer>;
}

export interface StartOptions {
  /** The built server of this project. */
  readonly server: string;
  /** Folder for CPU profiles that servers write when they stop; null: none are taken. */
  readonly profiles: string | null;
}

export interface RunningPeer {
  readonly name: string;
  readonly port: number;
  readonly dialect: DialectChoice;
  /** The one process that serves. */
  readonly pid: number;
  /** Its own Redis, so that nobody else's work is counted; null where it has none. */
  readonly redisPid: number | null;
  /** @throws when one of its processes has ended. */
  check(): void;
  stop(): Promise<void>;
}
