/** A value that was seen at a time. */
export interface Sample {
  readonly atMinutes: number;
  readonly value: number;
}

/** How fast values grow in a minute, and between what bounds that lies with 95 % confidence. */
export interface Slope {
  readonly perMinute: number;
  readonly least: number;
  readonly most: number;
}

/** Values that follow each other closely are no evidence of their own: they are taken together, in so many blocks. */
const BLOCKS = 12;
/** Student's t for 95 % at BLOCKS - 2 degrees of freedom. */
const T_95 = 2.228;

/** Ordinary least squares over the means of blocks of samples; of too few samples all is NaN, which no bound allows. */
export function slopeOf(samples: readonly Sample[]): Slope {
  const size = Math.floor(samples.length / BLOCKS);
  if (size === 0) return { perMinute: Number.NaN, least: Number.NaN, most: Number.NaN };
  const newest = samples.slice(samples.length - size * BLOCKS);
  const points = Array.from({ length: BLOCKS }, (_, block) => {
    const some = newest.slice(block * size, (block + 1) * size);
    return { x: meanOf(some.map((one) => one.atMinutes)), y: meanOf(some.map((one) => one.value)) };
  });
  const x = meanOf(points.map((point) => point.x));
  const y = meanOf(points.map((point) => point.y));
  const spread = sumOf(points.map((point) => (point.x - x) ** 2));
  const perMinute = sumOf(points.map((point) => (point.x - x) * (point.y - y))) / spread;
  const left = points.map((point) => (point.y - y - perMinute * (point.x - x)) ** 2);
  const error = Math.sqrt(sumOf(left) / (BLOCKS - 2) / spread);
  return { perMinute, least: perMinute - T_95 * error, most: perMinute + T_95 * error };
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
