/** One entry of the model's log. A tear marks offsets that a failover took away. */
export interface ModelEntry {
  readonly offset: number;
  /** Proves the history: never given twice. */
  readonly serial: number;
  readonly id: string;
  readonly urgent: boolean;
  /** Session that asked not to hear it. */
  readonly own?: string | undefined;
  readonly tear?: readonly [number, number];
}

export interface Place {
  readonly epoch: number;
  readonly offset: number;
  readonly serial: number;
}

export function textOf({ epoch, offset, serial }: Place): string {
  return `${epoch}/${offset}/${serial}`;
}

export function placeOf(text: string): Place {
  const [epoch = 0, offset = 0, serial = 0] = text.split('/').map(Number);
  return { epoch, offset, serial };
}

/** The log of one channel as the contract describes it, without any cleverness. */
export class ModelLog {
  epoch = 1;
  entries: ModelEntry[] = [];
  /** The newest offset; given on, also over lost ones. */
  top: Place = { epoch: 1, offset: 0, serial: 0 };
  /** The place just below the oldest entry that is kept. */
  floor: Place = this.top;
  /** Every message of this epoch that no failover took away. */
  ever: ModelEntry[] = [];
  /** How many times each id was stored, failovers and emptied stores not counted as forgetting. */
  readonly stores = new Map<string, number>();
  readonly #remembered = new Map<string, { readonly entry: ModelEntry; readonly atMs: number }>();
  #serial = 0;

  append(
    message: { readonly id: string; readonly urgent: boolean; readonly own?: string | undefined },
    nowMs: number,
    windowMs: number,
  ): { readonly entry: ModelEntry; readonly duplicate: boolean } {
    const known = this.#remembered.get(message.id);
    if (known !== undefined && nowMs - known.atMs <= windowMs) {
      return { entry: known.entry, duplicate: true };
    }
    const entry = this.#add(message);
    this.ever.push(entry);
    this.#remembered.set(message.id, { entry, atMs: nowMs });
    this.stores.set(message.id, (this.stores.get(message.id) ?? 0) + 1);
    return { entry, duplicate: false };
  }

  /** The store comes back empty. */
  empty(): void {
    this.epoch += 1;
    this.entries = [];
    this.ever = [];
    this.stores.clear();
    this.#remembered.clear();
    this.top = { epoch: this.epoch, offset: 0, serial: 0 };
    this.floor = this.top;
  }

  trim(keep: number): void {
    const dropped = this.entries.splice(0, Math.max(0, this.entries.length - keep));
    const last = dropped.at(-1);
    if (last !== undefined) this.floor = { epoch: this.epoch, ...last };
  }

  /** A failover takes the newest entries away. With `fenced` a tear takes the next offset. */
  rewind(count: number, fenced: boolean): ModelEntry | null {
    const lost = this.entries.splice(Math.max(0, this.entries.length - count));
    if (lost.length === 0) return null;
    for (const { id } of lost) {
      this.#remembered.delete(id);
      this.stores.delete(id);
    }
    this.ever = this.ever.filter((entry) => !lost.includes(entry));
    const lostTo = this.top.offset;
    this.top = this.#lastPlace();
    if (!fenced) return null;
    const tear = [this.top.offset + 1, lostTo] as const;
    this.top = { ...this.top, offset: lostTo };
    return this.#add({ id: `tear ${lostTo + 1}`, urgent: false, tear });
  }

  after(offset: number): ModelEntry[] {
    return this.entries.filter((entry) => entry.offset > offset);
  }

  /** Whether a reader that stands there has had this very history. */
  proves({ offset, serial }: Place): boolean {
    if (offset === this.floor.offset) return serial === this.floor.serial;
    return this.entries.some((entry) => entry.offset === offset && entry.serial === serial);
  }

  isTorn(offset: number): boolean {
    return this.entries.some(({ tear }) => tear && tear[0] <= offset && offset <= tear[1]);
  }

  #lastPlace(): Place {
    const last = this.entries.at(-1);
    return last === undefined ? this.floor : { epoch: this.epoch, ...last };
  }

  #add(entry: Omit<ModelEntry, 'offset' | 'serial'>): ModelEntry {
    this.#serial += 1;
    const added = { ...entry, offset: this.top.offset + 1, serial: this.#serial };
    this.entries.push(added);
    this.top = { epoch: this.epoch, offset: added.offset, serial: added.serial };
    return added;
  }
}
