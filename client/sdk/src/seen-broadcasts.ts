import { PLACES } from './later-place.js';
import type { Message } from './message.js';
import type { StoreWriter } from './store-writer.js';

const REMEMBERED_MAX = 4_096;
/** Written anew with each broadcast, so fewer: some 10 KiB. */
const KEPT_MAX = 256;

/**
 * Which broadcasts were handed over, and in which place, so that a copy in another one is not. Bounded:
 * the oldest go. What came through a channel whose place is kept is remembered over a restart, as the
 * place is.
 */
export class SeenBroadcasts {
  /** Broadcast → channel and offset of the copy that was handed over. */
  readonly #places = new Map<string, string>();
  readonly #kept = new Map<string, string>();
  #wasRestored = false;

  constructor(private readonly writer: StoreWriter) {}

  /** Takes up what an earlier run was given; not what another client was that had this part of the store meanwhile. */
  async restore(): Promise<void> {
    if (this.#wasRestored) return this.keep([]);
    const stored = await this.writer.load(PLACES.broadcasts);
    this.#wasRestored = true;
    if (!Array.isArray(stored)) return;
    for (const line of stored as unknown[]) {
      const found = typeof line === 'string' ? LINE.exec(line) : null;
      const [, place, broadcast] = found ?? [];
      if (place === undefined || broadcast === undefined) continue;
      this.#places.set(broadcast, place);
      remember(this.#kept, broadcast, place, KEPT_MAX);
    }
  }

  /**
   * Null for a copy of what came in another place; else the line to `keep` it by. What comes again in
   * the same place is for its cursor to judge.
   */
  takes(message: Message): string | null {
    const broadcast = nameOf(message);
    const place = `${message.channel} ${message.offset}`;
    const known = this.#places.get(broadcast);
    if (known !== undefined && known !== place) return null;
    remember(this.#places, broadcast, place, REMEMBERED_MAX);
    return `${place} ${broadcast}`;
  }

  /**
   * The next run is not to show them again. Asked for behind the write of the place that is behind
   * them: kept without it, what is held until its time would be taken for shown.
   */
  keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [, place, broadcast] = LINE.exec(line) ?? [];
      if (place && broadcast) remember(this.#kept, broadcast, place, KEPT_MAX);
    }
    void this.writer.saveLast(PLACES.broadcasts, () =>
      [...this.#kept].map(([broadcast, place]) => `${place} ${broadcast}`),
    );
  }
}

/** Channel and offset, and the broadcast. */
const LINE = /^(\S+ \d+) (.+)$/s;

/** Another administrator may use the same id: copies have the same content, too. */
function nameOf({ broadcast, data, headers }: Message): string {
  const parts: number[] = [];
  const text = JSON.stringify([data, headers ?? null], (_key, value: unknown) => {
    if (!(value instanceof ArrayBuffer) && !ArrayBuffer.isView(value)) return value;
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    parts.push(bytes.length);
    return [...bytes.subarray(0, 64)];
  });
  return `${broadcast?.id ?? ''} ${hashOf(text + parts.join())}`;
}

/** FNV-1a over UTF-16 units, 32 bits: it tells contents of one id apart, and guards nothing. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

function remember(known: Map<string, string>, name: string, place: string, most: number): void {
  known.set(name, place);
  if (known.size <= most) return;
  const [oldest] = known.keys();
  if (oldest !== undefined) known.delete(oldest);
}
