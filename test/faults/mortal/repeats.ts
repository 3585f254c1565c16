import type { Line } from './diary.js';

type Shown = Extract<Line, { kind: 'shown' }>;

interface Unkept {
  readonly channel: string;
  /** The key under which the store keeps that it was shown. */
  readonly key: string;
  /** Other keys that began to be written since it was shown. */
  readonly before: Set<string>;
  /** Its life is over: nothing is written of it before it comes again. */
  isOwed: boolean;
}

const BROADCASTS = 'broadcasts';

/**
 * What a killed client may be shown again: what was shown when the write of its place that came to its
 * end had already begun. The writer takes the keys in turn, so no other key is written twice before; a
 * message for which that happened is not to come again.
 */
export class Repeats {
  readonly #unkept = new Map<string, Unkept>();
  /** Taken in by the write that is under way. */
  #underWay: { readonly key: string; readonly names: readonly string[] } | null = null;
  readonly #inThisLife = new Set<string>();

  /** A life ends; in the next one the same may come once more. */
  died(): void {
    this.#underWay = null;
    this.#inThisLife.clear();
    for (const unkept of this.#unkept.values()) unkept.isOwed = true;
  }

  /**
   * `new`: it counts. `again`: it was shown in an earlier life, and its place was not kept. `copy`: a
   * broadcast that was shown in another channel, of which it was not kept that it was.
   */
  shown(line: Shown): 'new' | 'again' | 'copy' {
    const { channel, isBroadcast } = line;
    const [name, broadcast] = [nameOf(line), `broadcast ${line.id}`];
    const known = this.#unkept.get(name);
    const copied = isBroadcast ? this.#unkept.get(broadcast) : undefined;
    const isFirst = !this.#inThisLife.has(name) && !this.#inThisLife.has(broadcast);
    this.#inThisLife.add(name);
    const key = channel.startsWith('$') ? 'cursors' : `cursor:${channel}`;
    this.#unkept.set(name, unkeptIn(channel, key));
    if (isBroadcast) {
      this.#inThisLife.add(broadcast);
      this.#unkept.set(broadcast, unkeptIn(copied?.channel ?? channel, BROADCASTS));
    }
    if (isFirst && known !== undefined) return 'again';
    return isFirst && copied !== undefined && copied.channel !== channel ? 'copy' : 'new';
  }

  /** A write begins. */
  saving(key: string): void {
    const names: string[] = [];
    for (const [name, unkept] of this.#unkept) {
      if (unkept.isOwed) continue;
      if (unkept.key === key) names.push(name);
      // A broadcast is written behind everything that waits, so others may go twice before it.
      else if (unkept.key === BROADCASTS) continue;
      else if (unkept.before.has(key)) this.#unkept.delete(name);
      else unkept.before.add(key);
    }
    this.#underWay = { key, names };
  }

  /** It has come to its end. */
  saved(key: string): void {
    if (this.#underWay?.key !== key) return;
    for (const name of this.#underWay.names) this.#unkept.delete(name);
    this.#underWay = null;
  }
}

function unkeptIn(channel: string, key: string): Unkept {
  return { channel, key, before: new Set(), isOwed: false };
}

function nameOf({ channel, offset, id, hash }: Shown): string {
  return `${channel} ${offset} ${id} ${hash}`;
}
