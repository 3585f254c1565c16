import type { Load, Stream } from '../load/orders.js';
import type { Generator } from '../processes/generator.js';

/** Beyond these a server does not keep up. */
const P99_MAX_MS = 100;
const IN_TIME_MIN = 0.99;

/** Between two measured rates the knee is taken to be so often halved. */
const REFINEMENTS = 2;

const RATE_MIN = 10;
const RATE_MAX = 1_000_000;

/** Rates are told in steps of this part of themselves. */
const STEP = 10;

export interface KneeSearch {
  readonly generator: Generator;
  /** Groups per second to begin with. */
  readonly from: number;
  readonly seconds: number;
  readonly streamAt: (rate: number) => Stream;
  readonly progress: (what: string) => void;
}

/**
 * The most groups per second that a server carries, the audience being connected: doubled until p99
 * exceeds 100 ms, fewer than 99 % are there in time, or something is refused or lost.
 */
export async function findKnee(search: KneeSearch): Promise<number> {
  let carried = search.from;
  while (!(await keepsUp(search, carried))) {
    carried = Math.floor(carried / 2);
    if (carried < RATE_MIN) throw new Error(`the server does not even carry ${RATE_MIN}/s`);
  }
  let tooMuch = carried * 2;
  while (tooMuch < RATE_MAX && (await keepsUp(search, tooMuch))) {
    carried = tooMuch;
    tooMuch *= 2;
  }
  for (let refinement = 0; refinement < REFINEMENTS; refinement += 1) {
    const middle = Math.round((carried + tooMuch) / 2 / STEP) * STEP;
    if (await keepsUp(search, middle)) carried = middle;
    else tooMuch = middle;
  }
  return carried;
}

async function keepsUp(search: KneeSearch, rate: number): Promise<boolean> {
  const { generator, seconds, streamAt, progress } = search;
  progress(`looking for the knee: ${rate}/s`);
  const load = await generator.run({ streams: [streamAt(rate)], seconds });
  return isCarried(load);
}

function isCarried({ streams, deliveredInTime, delivered, told, refused }: Load): boolean {
  const owed = delivered + told;
  const isInTime = owed > 0 && deliveredInTime / owed >= IN_TIME_MIN;
  const p99 = Math.max(...streams.map(({ all }) => all.p99));
  return isInTime && refused === 0 && p99 <= P99_MAX_MS;
}
