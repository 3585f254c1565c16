import type { History } from '../../client/cli/src/verify/history.js';
import type { Random } from '../../client/cli/src/verify/seeded-random.js';
import type { Workload } from './workload.js';
import type { World } from './world.js';

/** Whether the fault really hit, and what shows it. A run that was not hit proves nothing. */
export interface Bite {
  readonly hit: boolean;
  readonly because: string;
}

/** What a row works with: a cluster under load. */
export interface Scene {
  readonly world: World;
  readonly workload: Workload;
  readonly history: History;
  readonly random: Random;
  /** The bite, as far as the row knows it; all of them must hold. */
  bites(hit: boolean, because: string): void;
  /** Something beside the invariants that must hold in this row. */
  claim(holds: boolean, what: string): void;
  /** A measured time, in milliseconds. */
  measure(figure: string, ms: number): void;
}

/** What not every machine has. */
export type Need = 'a C compiler' | 'prlimit';

/** One kind of fault. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** False: it takes what the store had acknowledged, and then readers must be told. */
  readonly keepsStore: boolean;
  /** It does no harm: what is found in it is a false alarm. */
  readonly isControl?: true;
  /** What the machine must have; without it the row is not run, and that is told. */
  readonly needs?: Need;
  /** So many more plain readers of one of the channels. */
  readonly crowd?: number;
  /** The devices of those with the SDK have a wall clock that is wrong by a day. */
  readonly hasWrongClocks?: true;
  /** Each plain reader has a twin: another connection of the same user and client. */
  readonly hasTwins?: true;
  /** One more client, with the SDK and a store on disk in a process of its own, that reads and publishes. */
  readonly hasMortal?: true;
  /** Absent: `chat`. */
  readonly namespace?: 'small' | 'brief';
  /**
   * Does harm and mends it. Resolves with what is to be looked at when everybody is back: bites that
   * only the whole history can show.
   */
  inject(scene: Scene): Promise<(() => void | Promise<void>) | void>;
}

/** For as long as a fault lasts. Nothing announces that time has passed. */
export function lasting(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
