import { hashOf, type History } from './history.js';
import { type Place, placeOf } from './place.js';
import type { LastMessage } from './reader.js';

type Payload = Readonly<Record<string, unknown>>;

/**
 * Writes what one reader sees into the history. Takes what comes as it comes: whatever is not of
 * the contract is a breach, not an error of this program.
 */
export class ReaderLog {
  readonly #ids = new Map<string, Set<string>>();
  readonly #epochs = new Map<string, string>();
  readonly #told = new Map<string, Place>();

  constructor(
    private readonly reader: string,
    private readonly history: History,
  ) {}

  /** The epoch that the server named for the channel. */
  began(channel: string, epoch: string): void {
    this.#epochs.set(channel, epoch);
  }

  /** @param isOfAnswer what an answer leaves out is told behind all of it, which its own position is held to */
  message(channel: string, message: Payload, isOfAnswer = false): void {
    const { offset, position, id, data, at, priority = 'normal' } = message;
    if (typeof offset !== 'number' || typeof id !== 'string' || typeof priority !== 'string') {
      return this.breach(channel, 'a message came without an offset or an id');
    }
    const place = position === undefined ? null : this.#placeOf(channel, position);
    if (place === null && position !== undefined) return;
    const { reader, history } = this;
    if (place !== null) this.#epochs.set(channel, history.word(place.epoch));
    const known = { id: history.word(id), hash: history.word(hashOf(data)) };
    const epoch = this.#epochs.get(channel) ?? null;
    const isSafe = place?.offset === offset && !isOfAnswer;
    history.add({
      ...{ kind: 'deliver', reader, channel, epoch, offset, priority, ...known },
      ...(typeof at === 'number' ? { storedAtMs: at } : {}),
      ...(isSafe ? { isSafe } : {}),
    });
    if (place !== null && place.offset !== offset)
      history.add({ kind: 'position', reader, channel, place });
    const ids = this.#ids.get(channel) ?? new Set();
    this.#ids.set(channel, ids.add(known.id));
  }

  /** A position that came with nothing else to be written down, or in the answer to a subscribe. */
  position(channel: string, position: unknown, isOfAnswer = false): void {
    const place = this.#placeOf(channel, position);
    if (place === null) return;
    const { reader } = this;
    const of = isOfAnswer ? { isOfAnswer } : {};
    this.history.add({ kind: 'position', reader, channel, place, ...of });
  }

  gap(channel: string, gap: Payload): void {
    const to = this.#placeOf(channel, gap['position']);
    const after = this.#placeOf(channel, gap['after']);
    if (to === null || after === null) return;
    const { reader } = this;
    const ranges = rangesOf(gap['ranges']);
    const reason = String(gap['reason']);
    this.#epochs.set(channel, to.epoch);
    this.#told.set(channel, to);
    const refill = gap['refill'] === true ? { refill: String(gap['after']) } : {};
    this.history.add({ kind: 'gap', reader, channel, reason, after, to, ranges, ...refill });
  }

  skip(channel: string, { from, to, reason, position }: Payload): void {
    if (typeof from !== 'number' || typeof to !== 'number') {
      return this.breach(channel, 'a skip came without its offsets');
    }
    const place = this.#placeOf(channel, position);
    if (place === null) return;
    const { reader } = this;
    this.history.add({
      ...{ kind: 'skip', reader, channel, reason: String(reason), from, to, position: place },
    });
  }

  breach(channel: string, what: string): void {
    this.history.add({ kind: 'breach', reader: this.reader, channel, what });
  }

  isThrough(channel: string, { id, epoch, offset }: LastMessage): boolean {
    if (this.#ids.get(channel)?.has(id) === true) return true;
    const told = this.#told.get(channel);
    return told !== undefined && told.epoch === epoch && told.offset >= offset;
  }

  #placeOf(channel: string, position: unknown): Place | null {
    try {
      return placeOf(String(position));
    } catch {
      this.breach(channel, `a position came that cannot be read: ${String(position).slice(0, 80)}`);
      return null;
    }
  }
}

function rangesOf(ranges: unknown): readonly (readonly [number, number])[] | null {
  if (!Array.isArray(ranges)) return null;
  return ranges.flatMap((range: unknown): [number, number][] => {
    if (!Array.isArray(range)) return [];
    // Nothing is known of them yet.
    const [from, to] = range as unknown[];
    return typeof from === 'number' && typeof to === 'number' ? [[from, to]] : [];
  });
}
