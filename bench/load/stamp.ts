/** Tells of a published text which one it is and when it was due. */
export interface Stamp {
  readonly number: number;
  /** On the monotonic clock of the generator, in milliseconds. */
  readonly dueAt: number;
}

const NUMBER_WIDTH = 10;
const DUE_WIDTH = 16;
const STAMP_WIDTH = NUMBER_WIDTH + DUE_WIDTH + 2;

/** A text of exactly this many bytes that begins with its stamp. */
export function stamped({ number, dueAt }: Stamp, bytes: number): string {
  if (bytes < STAMP_WIDTH) throw new RangeError(`A message has at least ${STAMP_WIDTH} bytes.`);
  const head = `${String(number).padStart(NUMBER_WIDTH)} ${dueAt.toFixed(3).padStart(DUE_WIDTH)} `;
  return head + 'x'.repeat(bytes - head.length);
}

/** Null for a text that carries no stamp. */
export function stampOf(text: unknown): Stamp | null {
  if (typeof text !== 'string' || text.length < STAMP_WIDTH) return null;
  const number = Number(text.slice(0, NUMBER_WIDTH));
  const dueAt = Number(text.slice(NUMBER_WIDTH + 1, NUMBER_WIDTH + 1 + DUE_WIDTH));
  return Number.isFinite(number) && Number.isFinite(dueAt) ? { number, dueAt } : null;
}
