import { inject, type Outcome } from './injection.js';
import type { Plan, Planned } from './plan.js';
import { seedOf } from '../../client/cli/src/verify/seeded-random.js';
import { World } from './world.js';

/** One that did not bite proves nothing, so another one takes its place; not one that failed. */
const TRIES = 3;

export interface Attempted {
  readonly planned: Planned;
  /** Every try: all but the last did not bite. */
  readonly outcomes: readonly Outcome[];
  /** What went wrong outside of the invariants: the harness could not go on. */
  readonly error: Error | null;
  readonly elapsedMs: number;
}

/**
 * Clusters side by side, each of which takes the next planned injection when it is free. The faults
 * of one do not reach another; what they share is the machine, so times measured here are of a busy one.
 */
export class Lanes {
  readonly #waiting: Planned[];
  readonly #done = new Map<Planned, (attempted: Attempted) => void>();
  readonly #results = new Map<Planned, Promise<Attempted>>();

  constructor(
    { injections }: Plan,
    /** Called after each of them, in the order in which they end. */
    private readonly ended: (attempted: Attempted) => void,
    /** Called with what is wrong with the clusters themselves. */
    private readonly tell: (what: string) => void,
  ) {
    this.#waiting = [...injections];
    for (const planned of injections) {
      this.#results.set(planned, new Promise((resolve) => this.#done.set(planned, resolve)));
    }
  }

  /**
   * Starts so many clusters; resolves when the first of them works. One after another, because a
   * start is the most that they ask of a machine; one that does not start leaves its work to others.
   */
  async start(lanes: number): Promise<void> {
    this.#run(await World.start());
    void this.#startMore(lanes - 1);
  }

  async #startMore(lanes: number): Promise<void> {
    for (let lane = 0; lane < lanes && this.#waiting.length > 0; lane += 1) {
      try {
        this.#run(await World.start());
      } catch (error) {
        this.tell(String(error));
      }
    }
  }

  /** What came of a planned injection, when it has. */
  async result(planned: Planned): Promise<Attempted> {
    const result = await this.#results.get(planned);
    if (result === undefined) throw new Error('that was not planned');
    return result;
  }

  #run(world: World): void {
    this.#working(world).catch((error: Error) => this.tell(error.message));
  }

  async #working(first: World): Promise<void> {
    let world = first;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const attempted = await attempt(world, next);
      this.ended(attempted);
      this.#done.get(next)?.(attempted);
      // Nobody knows what state this one is in: what it does next would prove nothing.
      if (attempted.error !== null && this.#waiting.length > 0) {
        await world.end();
        world = await World.start();
      }
    }
    await world.end();
  }
}

async function attempt(world: World, planned: Planned): Promise<Attempted> {
  const { row, seed } = planned;
  const startedAt = performance.now();
  const outcomes: Outcome[] = [];
  let error: Error | null = null;
  try {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const outcome = await inject(world, row, tries === 0 ? seed : seedOf(seed, tries));
      outcomes.push(outcome);
      if (outcome.verdict !== 'invalid') break;
    }
  } catch (cause) {
    error = cause instanceof Error ? cause : new Error(String(cause));
  }
  return { planned, outcomes, error, elapsedMs: performance.now() - startedAt };
}
