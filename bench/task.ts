import type { Mode } from './scenarios/mode.js';
import type { Scenario } from './scenarios/scenario.js';
import { scenarios } from './scenarios/scenarios.js';

/** What scripts/bench.mjs has read off the command line. */
export interface Task {
  readonly scenarios: readonly {
    readonly name: string;
    /** In the plan of measurement, docs/performance.md. */
    readonly number: string;
    /** For people: what is compared. */
    readonly title: string;
  }[];
  readonly mode: Mode;
  /** The built server to measure. */
  readonly server: string;
  /** Whether that is the one that `npm run bench` has built, and not one that was named. */
  readonly isOwnBuild: boolean;
  /** Folder for CPU profiles; null: none are taken. */
  readonly profiles: string | null;
}

/** @throws when it was not scripts/bench.mjs that started the bench */
export function taskOf(argument: string | undefined): Task {
  if (argument === undefined) throw new Error('Start the bench with npm run bench.');
  // Only that script writes it.
  return JSON.parse(argument) as Task;
}

/** What is called so. @throws RangeError when nothing is */
export function scenarioOf(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (!found) throw new RangeError(`There is no scenario ${name}.`);
  return found;
}
