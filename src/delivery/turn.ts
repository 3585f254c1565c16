import type { EncodedMessage } from './encoded-message.js';
import { mayLeave } from './exclusion.js';
import type { JoinedFrames } from './joined-frames.js';
import type { Subscription } from './subscription.js';
import type { Wire } from './wire.port.js';

/** What leaves in offset order carries its position. */
const ALL_SAFE: readonly boolean[] = [];

/**
 * What one connection that owes nothing is given in one turn, and through which subscriptions. Most
 * often that is one message: then it stands in two fields, because an object for each message and
 * socket, or a list that grows and is emptied, would be the dearest part of a fan-out.
 */
export class Turn {
  #first: EncodedMessage | null = null;
  #firstFor: Subscription | null = null;
  #rest: EncodedMessage[] | null = null;
  #restFor: Subscription[] | null = null;
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#first === null;
  }

  get count(): number {
    return this.#first === null ? 0 : 1 + (this.#rest?.length ?? 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(subscription: Subscription, message: EncodedMessage): void {
    this.#bytes += message.bytes;
    if (this.#first === null) {
      this.#first = message;
      this.#firstFor = subscription;
      return;
    }
    (this.#rest ??= []).push(message);
    (this.#restFor ??= []).push(subscription);
  }

  /** False: the first of it is a copy of a broadcast that was sent through another channel meanwhile. */
  mayLeave(): boolean {
    const [first, firstFor] = [this.#first, this.#firstFor];
    return !first || !firstFor || mayLeave(firstFor.session, firstFor.channel, first.entry);
  }

  /** Writes all of it at once, and notes for each subscription that it has left. Returns how many. */
  send(wire: Wire, joined: JoinedFrames): number {
    const first = this.#first;
    if (first === null) return 0;
    if (this.#rest === null) {
      wire.write(first.frames(true), first.alone, ALL_SAFE);
      this.#firstFor?.passed(first.place);
      this.clear();
      return 1;
    }
    const all = [first, ...this.#rest];
    const frames = all.map((message) => message.frames(true));
    wire.write(joined.join(frames), all, ALL_SAFE);
    this.drain((subscription, message) => subscription.passed(message.place));
    return all.length;
  }

  /** Gives away what it holds, in order. */
  drain(take: (subscription: Subscription, message: EncodedMessage) => void): void {
    const [first, firstFor, rest, restFor] = [
      this.#first,
      this.#firstFor,
      this.#rest,
      this.#restFor,
    ];
    this.clear();
    if (first && firstFor) take(firstFor, first);
    if (rest === null) return;
    for (const [index, message] of rest.entries()) {
      const subscription = restFor?.[index];
      if (subscription) take(subscription, message);
    }
  }

  clear(): void {
    this.#first = null;
    this.#firstFor = null;
    this.#rest = null;
    this.#restFor = null;
    this.#bytes = 0;
  }
}
