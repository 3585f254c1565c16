import type { ScenarioResult } from '../report/result.js';
import type { StartOptions } from '../peers/peer.js';

/** One question that the bench answers. One file for each; the name is how it is asked for. */
export interface Scenario {
  readonly name: string;
  /** For people: what is compared. */
  readonly title: string;
  run(settings: Settings): Promise<ScenarioResult>;
}

export interface Settings {
  /** Fewer connections and shorter windows: to see that everything works, not to quote. */
  readonly isQuick: boolean;
  readonly start: StartOptions;
  readonly progress: (what: string) => void;
}
