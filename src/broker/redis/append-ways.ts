/** A call that was turned away before anything of it had run. */
export interface TurnedAway<C> {
  readonly call: C;
  /** When it first left, on the monotonic clock, in milliseconds. */
  readonly leftAt: number;
  /** The node did not know the script: it must be sent by its text. */
  readonly isForgotten: boolean;
}

/** What becomes of what was turned away. */
interface Again<C> {
  readonly late: readonly TurnedAway<C>[];
  readonly next: readonly TurnedAway<C>[];
}

const NOTHING = { byText: false, late: [], next: [] } as const;

interface Way<C> {
  underWay: number;
  /** Where that went; null where it is not known. */
  node: string | null;
  /** In the order they left. */
  readonly turnedAway: TurnedAway<C>[];
  /** One that was turned away is on its way again, and may be led anywhere. */
  isDetour: boolean;
}

export interface AppendWaysOptions {
  /** Which node takes what leaves on a way by now; null: not known. */
  readonly nodeOf: (way: number) => string | null;
  /** What leaves again may be led elsewhere: it goes one after another, and nothing else until it has landed. */
  readonly isLed: boolean;
}

/**
 * Keeps calls from overtaking one another. Those of one way are run in the order they left as long as one node takes
 * all of them: so nothing more leaves on it while one that was turned away has to go again, nor to another node
 * while something is under way. Ways do not wait for each other, but for a script that was forgotten: a call that
 * brings its text makes it known to whatever else is under way, of which the first may have found it
 * forgotten and the next would not. So texts leave when all has landed, and where they may be led elsewhere nothing else does until
 * they have.
 */
export class AppendWays<C> {
  readonly #ways = new Map<number, Way<C>>();
  #underWay = 0;
  /** Whether calls go by the name of the script, are awaited so that they can go by its text, or go by that. */
  #phase: 'names' | 'landing' | 'texts' = 'names';

  constructor(private readonly options: AppendWaysOptions) {}

  /** Whether a new call may leave. Where not, one that is under way is still to land. */
  isFree(way: number): boolean {
    if (this.#phase !== 'names') return false;
    const known = this.#ways.get(way);
    if (known === undefined) return true;
    if (known.isDetour || known.turnedAway.length > 0) return false;
    return known.node !== null && known.node === this.options.nodeOf(way);
  }

  left(way: number, isAgain: boolean): void {
    const { nodeOf, isLed } = this.options;
    this.#underWay += 1;
    const known = this.#ways.get(way) ?? {
      underWay: 0,
      node: null,
      turnedAway: [],
      isDetour: false,
    };
    if (known.underWay === 0) known.node = nodeOf(way);
    known.underWay += 1;
    known.isDetour = isAgain && isLed;
    this.#ways.set(way, known);
  }

  /** @param turnedAway when it was, and has to leave again */
  landed(way: number, turnedAway: TurnedAway<C> | null): void {
    this.#underWay -= 1;
    const known = this.#ways.get(way);
    if (known === undefined) return;
    known.underWay -= 1;
    if (turnedAway && known.isDetour) known.turnedAway.unshift(turnedAway);
    else if (turnedAway) known.turnedAway.push(turnedAway);
    if (turnedAway?.isForgotten && this.#phase === 'names') this.#phase = 'landing';
    if (known.underWay === 0) known.isDetour = false;
    this.#forget(way, known);
  }

  /**
   * Takes what may leave again after something has landed on a way, in order.
   *
   * @param since what left no later is taken besides, as `late`
   */
  again(way: number, since: number): { readonly byText: boolean } & Again<C> {
    // For nearly every call that lands.
    if (this.#phase === 'names' && this.#ways.get(way)?.underWay !== 0) return NOTHING;
    let ways: Iterable<number> = [way];
    if (this.#phase === 'landing' && this.#underWay === 0) {
      this.#phase = 'texts';
      ways = [...this.#ways.keys()];
    }
    const taken = [...ways].map((one) => this.#take(one, since));
    const late = taken.flatMap((one) => one.late);
    const next = taken.flatMap((one) => one.next);
    const byText = this.#phase === 'texts';
    const isOver = !this.options.isLed || (next.length === 0 && this.#underWay === 0);
    if (byText && isOver) this.#phase = 'names';
    return { byText, late, next };
  }

  #take(way: number, since: number): Again<C> {
    const known = this.#ways.get(way);
    if (known === undefined || known.underWay > 0 || this.#phase === 'landing') {
      return { late: [], next: [] };
    }
    const { turnedAway } = known;
    const inTime = turnedAway.findIndex(({ leftAt }) => leftAt > since);
    const late = turnedAway.splice(0, inTime === -1 ? turnedAway.length : inTime);
    const next = turnedAway.splice(0, this.options.isLed ? 1 : turnedAway.length);
    this.#forget(way, known);
    return { late, next };
  }

  #forget(way: number, { underWay, turnedAway }: Way<C>): void {
    if (underWay === 0 && turnedAway.length === 0) this.#ways.delete(way);
  }
}
