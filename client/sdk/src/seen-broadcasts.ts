import { PLACES } from './later-place.js';
import type { StoreWriter } from './store-writer.js';

const REMEMBERED_MAX = 4_096;
/** Written anew with each broadcast, so fewer: some 10 KiB. */
const KEPT_MAX = 256;

/**
 * Which broadcasts were handed over, so that a copy from another channel is not. Bounded: the oldest go.
 * What came through a channel whose place is kept is remembered over a restart, as the place is.
 */
export class SeenBroadcasts {
  readonly #ids = new Set<string>();
  readonly #kept = new Set<string>();

  constructor(private readonly writer: StoreWriter) {}

  /** Takes up what an earlier run was given. */
  async restore(): Promise<void> {
    const stored = await this.writer.load(PLACES.broadcasts);
    if (!Array.isArray(stored)) return;
    for (const id of stored) {
      if (typeof id !== 'string') continue;
      this.#ids.add(id);
      remember(this.#kept, id, KEPT_MAX);
    }
  }

  /** True when it was seen before; it is now. */
  sees(id: string): boolean {
    if (this.#ids.has(id)) return true;
    remember(this.#ids, id, REMEMBERED_MAX);
    return false;
  }

  /**
   * The next run is not to show them again. Asked for behind the write of the place that is behind
   * them: kept without it, what is held until its time would be taken for shown.
   */
  keep(ids: readonly string[]): void {
    for (const id of ids) remember(this.#kept, id, KEPT_MAX);
    void this.writer.saveLast(PLACES.broadcasts, () => [...this.#kept]);
  }
}

function remember(ids: Set<string>, id: string, most: number): void {
  ids.add(id);
  if (ids.size <= most) return;
  const [oldest] = ids;
  if (oldest !== undefined) ids.delete(oldest);
}
