import type { Command } from 'ioredis';
import { slotOf } from '../../../src/redis/slots.js';
import { argumentsOf, idsOf, stored } from './append-calls.js';

const NODES = ['a:1', 'b:1'] as const;
type Node = (typeof NODES)[number];

interface Asked {
  readonly command: Command;
  readonly slot: number;
  readonly isAsking: boolean;
}

/**
 * A cluster of two nodes, and the client of it: it sends to where it last knew the slot, and what is
 * turned away it sends again, as ioredis does. Each node runs what it is asked in the order it came.
 */
export class MovingCluster {
  /** What was stored, in order. */
  readonly stored: string[] = [];
  /** What the client knows: `a:1` has all of it at first. */
  readonly slots: string[][] = Array.from({ length: 16_384 }, () => ['a:1']);
  readonly #asked: Record<Node, Asked[]> = { 'a:1': [], 'b:1': [] };
  readonly #knowsScript = new Set<Node>();
  readonly #moved = new Set<number>();
  /** Slots whose keys are on the way: some here and some there, or all of them there. */
  readonly #leaving = new Map<number, 'some' | 'all'>();
  /** The client waits before it tries again. */
  #delayed: (() => void)[] = [];

  sendCommand(command: Command): Promise<unknown> {
    const slot = slotOf(/\{(\d+)\}/.exec(String(argumentsOf(command)[3]))?.[1] ?? '');
    const { reject } = command;
    command.reject = (error) => {
      const [kind, , node] = error.message.split(' ');
      if (kind === 'MOVED') {
        this.slots[slot] = [String(node)];
        this.#ask({ command, slot, isAsking: false });
      } else if (kind === 'ASK') this.#ask({ command, slot, isAsking: true }, node as Node);
      else if (kind === 'TRYAGAIN') {
        this.#delayed.push(() => this.#ask({ command, slot, isAsking: false }));
      } else reject(error);
    };
    this.#ask({ command, slot, isAsking: false });
    return command.promise;
  }

  /** The slot goes to the other node, by a step of three. */
  move(slot: number): void {
    const next = { none: 'some', some: 'all', all: null } as const;
    const phase = next[this.#leaving.get(slot) ?? 'none'];
    if (phase !== null) {
      this.#leaving.set(slot, phase);
      return;
    }
    this.#leaving.delete(slot);
    if (!this.#moved.delete(slot)) this.#moved.add(slot);
  }

  /** A move that has begun comes to its end. */
  settle(slot: number): void {
    while (this.#leaving.has(slot)) this.move(slot);
  }

  /** Something else has shown the client where everything is. */
  refresh(): void {
    for (const slot of this.slots.keys()) this.slots[slot] = [this.#ownerOf(slot)];
  }

  /** Lets the first node, or the other, answer what it was asked first; true when there was anything. */
  answer(which: number): boolean {
    const node = NODES[which] ?? 'a:1';
    const asked = this.#asked[node].shift();
    if (!asked) {
      const delayed = this.#delayed;
      this.#delayed = [];
      for (const again of delayed) again();
      return delayed.length > 0;
    }
    const { command, slot } = asked;
    const refusal = this.#refusalOf(node, asked);
    if (refusal !== null) {
      command.reject(new Error(refusal));
      return true;
    }
    if (command.name === 'EVAL') this.#knowsScript.add(node);
    if (!this.#knowsScript.has(node)) {
      command.reject(new Error('NOSCRIPT No matching script.'));
      return true;
    }
    const ids = idsOf(command);
    this.stored.push(...ids);
    command.resolve(ids.flatMap(() => stored(slot)));
    return true;
  }

  #refusalOf(node: Node, { slot, isAsking }: Asked): string | null {
    const owner = this.#ownerOf(slot);
    const phase = this.#leaving.get(slot);
    const other = owner === 'a:1' ? 'b:1' : 'a:1';
    if (node === other && !(isAsking && phase !== undefined)) return `MOVED ${slot} ${owner}`;
    if (phase === 'some') return 'TRYAGAIN Multiple keys request during rehashing of slot';
    if (phase === 'all' && node === owner) return `ASK ${slot} ${other}`;
    return null;
  }

  #ownerOf(slot: number): Node {
    return this.#moved.has(slot) ? 'b:1' : 'a:1';
  }

  #ask(asked: Asked, node = this.slots[asked.slot]?.[0] as Node): void {
    this.#asked[node].push(asked);
  }
}
