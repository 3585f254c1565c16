import type { Load, Stream } from '../load/orders.js';
import type { Generator } from '../processes/generator.js';

/** Beyond these a server does not keep up. */
export const P99_MAX_MS = 100;
export const IN_TIME_MIN = 0.99;

/** What is carried and what is too much lie at most this share of the former apart in the end. */
const PRECISION = 0.05;

/** Between two measured rates the knee is taken to be halved at most so often, whatever is left. */
const REFINEMENTS_MAX = 6;

const RATE_MIN = 10;
const RATE_MAX = 1_000_000;

/** A knee that an overload was carried of is raised at most so often. */
const RAISES_MAX = 4;

export interface KneeSearch {
  readonly generator: Generator;
  /** Groups per second to begin with. */
  readonly from: number;
  readonly seconds: number;
  readonly streamAt: (rate: number) => Stream;
  /** So many times the knee will be offered for so many seconds, and is to be too much. */
  readonly overload?: { readonly factor: number; readonly seconds: number };
  readonly progress: (what: string) => void;
}

/**
 * The most groups per second that a server carries, the audience being connected: too much is where p99
 * exceeds 100 ms, fewer than 99 % are there in time, or something is refused or lost.
 */
export async function findKnee(search: KneeSearch): Promise<number> {
  const { generator, from, seconds, streamAt, overload, progress } = search;
  const carriesFor = (length: number, what: string) => async (rate: number) => {
    progress(`${what}: ${rate}/s`);
    return isCarried(await generator.run({ streams: [streamAt(rate)], seconds: length }));
  };
  const knee = await narrowed(from, carriesFor(seconds, 'looking for the knee'));
  if (overload === undefined) return knee;
  return raised(knee, overload.factor, carriesFor(overload.seconds, 'is it too much'));
}

/**
 * The knee, or a higher one: a server that carries so many times as much for longer than a step of the search
 * took was kept from it in those by something else, as by what it had not compiled yet. As precise as the
 * search, unless the last raise is carried, too: then nothing is known to be too much.
 */
export async function raised(
  knee: number,
  factor: number,
  carries: (rate: number) => Promise<boolean>,
): Promise<number> {
  const isTooMuch = twice(carries);
  let found = knee;
  for (let count = 0; count < RAISES_MAX; count += 1) {
    const more = Math.round(found * factor);
    if (await isTooMuch(more)) return count === 0 ? knee : halved(found, more, isTooMuch);
    found = more;
  }
  return found;
}

/**
 * The highest rate that is carried: doubled until one is not, then halved until the two lie within 5 %.
 * A rate is too much when it fails twice: one pause of the machine would else put the knee far below
 * where it is, and 120 % of it would be no overload.
 *
 * @throws when not even the least rate is carried
 */
export async function narrowed(
  from: number,
  carries: (rate: number) => Promise<boolean>,
): Promise<number> {
  const isTooMuch = twice(carries);
  let carried = from;
  while (await isTooMuch(carried)) {
    carried = Math.floor(carried / 2);
    if (carried < RATE_MIN) throw new Error(`the server does not even carry ${RATE_MIN}/s`);
  }
  let tooMuch = carried * 2;
  while (tooMuch < RATE_MAX && !(await isTooMuch(tooMuch))) {
    carried = tooMuch;
    tooMuch *= 2;
  }
  return halved(carried, tooMuch, isTooMuch);
}

type Test = (rate: number) => Promise<boolean>;

function twice(carries: Test): Test {
  return async (rate) => !(await carries(rate)) && !(await carries(rate));
}

async function halved(from: number, to: number, isTooMuch: Test): Promise<number> {
  let [carried, tooMuch] = [from, to];
  for (let count = 0; count < REFINEMENTS_MAX; count += 1) {
    const middle = Math.round((carried + tooMuch) / 2);
    if (tooMuch - carried <= carried * PRECISION || middle >= tooMuch) break;
    if (await isTooMuch(middle)) tooMuch = middle;
    else carried = middle;
  }
  return carried;
}

function isCarried({ streams, deliveredInTime, delivered, told, refused }: Load): boolean {
  const owed = delivered + told;
  const isInTime = owed > 0 && deliveredInTime / owed >= IN_TIME_MIN;
  const p99 = Math.max(...streams.map(({ all }) => all.p99));
  return isInTime && refused === 0 && p99 <= P99_MAX_MS;
}
