import type { EncodedMessage } from './encoded-message.js';
import { mayLeave } from './exclusion.js';
import type { JoinedFrames } from './joined-frames.js';
import { ITEM_COST } from './priority-lanes.js';
import type { Subscription } from './subscription.js';
import type { Wire } from './wire.port.js';

/** What leaves in offset order carries its position. */
const ALL_SAFE: readonly boolean[] = [];

const NOBODY: Subscription[] = [];

/**
 * What one connection that owes nothing is given in one turn, and through which subscriptions. Most
 * often that is one message: then it stands in two fields, because an object for each message and
 * socket, or a list that grows and is emptied, would be the dearest part of a fan-out.
 */
export class Turn {
  #first: EncodedMessage | null = null;
  #firstFor: Subscription | null = null;
  /** All of them, the first one included; null while there is no other. */
  #all: EncodedMessage[] | null = null;
  #allFor: Subscription[] = NOBODY;
  /** Instead of `#all`: a list that others have too, all of it for whom the first is. */
  #shared: readonly EncodedMessage[] | null = null;
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#first === null;
  }

  get count(): number {
    return this.#first === null ? 0 : (this.#shared?.length ?? this.#all?.length ?? 1);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What all of it and one message more count for beside their bytes, should they have to wait. */
  get costs(): number {
    return (this.count + 1) * ITEM_COST;
  }

  /**
   * Takes a list as it is, so that it costs the same however long it is. Only while nothing is held here;
   * the list must not change any more.
   */
  pushAll(subscription: Subscription, messages: readonly EncodedMessage[], bytes: number): void {
    const [first = null] = messages;
    this.#first = first;
    this.#firstFor = subscription;
    this.#shared = messages;
    this.#bytes = bytes;
  }

  push(subscription: Subscription, message: EncodedMessage): void {
    this.#ownShared();
    this.#bytes += message.bytes;
    if (this.#first === null || this.#firstFor === null) {
      this.#first = message;
      this.#firstFor = subscription;
    } else if (this.#all === null) {
      this.#all = [this.#first, message];
      this.#allFor = [this.#firstFor, subscription];
    } else {
      this.#all.push(message);
      this.#allFor.push(subscription);
    }
  }

  /** False: the first of it is a copy of a broadcast that was sent through another channel meanwhile. */
  mayLeave(): boolean {
    const [first, firstFor] = [this.#first, this.#firstFor];
    return !first || !firstFor || mayLeave(firstFor.session, firstFor.channel, first.entry);
  }

  /** Writes all of it at once, and notes for each subscription that it has left. Returns how many. */
  send(wire: Wire, joined: JoinedFrames): number {
    const [first, firstFor, all, allFor] = [this.#first, this.#firstFor, this.#all, this.#allFor];
    const shared = this.#shared;
    // Whatever is pushed from now on is of another turn.
    this.clear();
    if (first === null) return 0;
    if (shared !== null) {
      wire.write(joined.joinAll(shared), shared, ALL_SAFE);
      firstFor?.passed(shared.at(-1)?.place ?? first.place);
      return shared.length;
    }
    if (all === null) {
      wire.write(first.frames(true), first.alone, ALL_SAFE);
      firstFor?.passed(first.place);
      return 1;
    }
    wire.write(joined.joinAll(all), all, ALL_SAFE);
    let index = 0;
    for (const { place } of all) {
      const subscription = allFor[index];
      index += 1;
      // The last one in a row is the highest.
      if (subscription !== allFor[index]) subscription?.passed(place);
    }
    return all.length;
  }

  /** Gives away what it holds, in order. */
  drain(take: (subscription: Subscription, message: EncodedMessage) => void): void {
    this.#ownShared();
    const [first, firstFor, all, allFor] = [this.#first, this.#firstFor, this.#all, this.#allFor];
    this.clear();
    if (all === null) {
      if (first && firstFor) take(firstFor, first);
      return;
    }
    for (const [index, message] of all.entries()) {
      const subscription = allFor[index];
      if (subscription) take(subscription, message);
    }
  }

  clear(): void {
    this.#first = null;
    this.#firstFor = null;
    this.#all = null;
    this.#allFor = NOBODY;
    this.#shared = null;
    this.#bytes = 0;
  }

  /** A list of its own in place of the shared one: something else comes in between. */
  #ownShared(): void {
    const [shared, firstFor] = [this.#shared, this.#firstFor];
    if (shared === null || firstFor === null) return;
    this.#shared = null;
    this.#all = [...shared];
    this.#allFor = shared.map(() => firstFor);
  }
}
