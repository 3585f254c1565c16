import type { Findings } from '../report/result.js';
import type { Mode } from './mode.js';

/** One question that the bench answers. One file for each; what it is called is in scripts/bench/scenarios.mjs. */
export interface Scenario {
  /** How it is asked for. */
  readonly name: string;
  /** The most that are open at a time: the generator has one end of each, a server may have the other. */
  readonly connections: (mode: Mode) => number;
  run(settings: Settings): Promise<Findings>;
}

export interface Settings {
  readonly mode: Mode;
  /** The built server of this project. */
  readonly server: string;
  /** Folder for CPU profiles; null: none are taken. */
  readonly profiles: string | null;
  readonly progress: (what: string) => void;
}
