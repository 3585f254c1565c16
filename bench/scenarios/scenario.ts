import type { Findings } from '../report/result.js';
import type { Mode } from './mode.js';

/** One question that the bench answers. One file for each; the name is how it is asked for. */
export interface Scenario {
  readonly name: string;
  /** In the plan of measurement, docs/performance.md. */
  readonly number: string;
  /** For people: what is compared. */
  readonly title: string;
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
