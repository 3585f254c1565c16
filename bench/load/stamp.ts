/** Tells of a published text which one it is and when it was due. */
export interface Stamp {
  /** Counted from 0 in its channel. */
  readonly number: number;
  readonly channel: number;
  readonly stream: number;
  /** On the monotonic clock of the generator, in milliseconds. */
  readonly dueAt: number;
}

const FIELDS = [10, 6, 2, 16] as const;
const STAMP_WIDTH = FIELDS.reduce((sum, width) => sum + width + 1, 0);

/** A text of exactly this many bytes that begins with its stamp. */
export function stamped({ number, channel, stream, dueAt }: Stamp, bytes: number): string {
  if (bytes < STAMP_WIDTH) throw new RangeError(`A message has at least ${STAMP_WIDTH} bytes.`);
  const fields = [String(number), String(channel), String(stream), dueAt.toFixed(3)];
  const head = fields.map((field, i) => `${field.padStart(FIELDS[i] ?? 0)} `).join('');
  return head + 'x'.repeat(bytes - head.length);
}

/** Null for a text that carries no stamp. */
export function stampOf(text: unknown): Stamp | null {
  if (typeof text !== 'string' || text.length < STAMP_WIDTH) return null;
  let at = 0;
  const [number, channel, stream, dueAt] = FIELDS.map((width) => {
    const field = Number(text.slice(at, at + width));
    at += width + 1;
    return field;
  });
  if (number === undefined || channel === undefined || stream === undefined) return null;
  if (dueAt === undefined || !Number.isFinite(number + channel + stream + dueAt)) return null;
  return { number, channel, stream, dueAt };
}
