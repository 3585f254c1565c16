import { Buffer } from 'node:buffer';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { PushName, Pushes } from '../protocol/pushes.js';
import { EncodedPush } from './encoded-push.js';
import type { FollowedChannel } from './followed-channel.js';
import type { Session } from './session.js';
import { SlowConsumers } from './slow-consumers.js';

/** A channel that was told something so recently tells the rest together, in milliseconds. */
const TOGETHER_MS = 50;
/** Writing goes on for this long before the event loop gets its turn, in milliseconds. */
const SLICE_MS = 2;
/** Connections written to between two looks at the clock. */
const LOOK_EVERY = 16;
/** Pushes that may wait in one channel: more go out at once. */
const WAITING_MAX = 256;

interface Waiting {
  pushes: EncodedPush<PushName>[];
  /** Null while the last ones are still being written. */
  timer: NodeJS.Timeout | null;
}

interface Batch {
  readonly sessions: readonly Session[];
  readonly joined: Buffer;
  readonly pushes: readonly EncodedPush<PushName>[];
}

/**
 * Events that are the same for everybody in a channel and are not of its log, as those of presence.
 * The first one goes at once; what follows within a moment goes in one write to each connection, so
 * that a thousand who come back tell each of a thousand in twenty writes and not in a thousand.
 */
@Injectable()
export class ChannelPushes implements OnModuleDestroy {
  readonly #waiting = new Map<FollowedChannel, Waiting>();

  constructor(private readonly slow: SlowConsumers) {}

  onModuleDestroy(): void {
    for (const { timer } of this.#waiting.values()) if (timer) clearTimeout(timer);
    this.#waiting.clear();
  }

  /** Tells everybody who is in the channel here. Keeps the order within a channel. */
  push<N extends PushName>(channel: FollowedChannel, event: N, payload: Pushes[N]): void {
    const push = new EncodedPush(event, payload);
    const waiting = this.#waiting.get(channel);
    if (waiting) {
      waiting.pushes.push(push);
      if (waiting.pushes.length >= WAITING_MAX) this.#flush(channel, waiting);
      return;
    }
    const fresh: Waiting = { pushes: [push], timer: setTimeout(() => undefined, 0) };
    this.#waiting.set(channel, fresh);
    this.#flush(channel, fresh);
  }

  /** Writes what waits, unless the last ones are still being written: then it goes after them. */
  #flush(channel: FollowedChannel, waiting: Waiting): void {
    if (waiting.timer === null) return;
    clearTimeout(waiting.timer);
    waiting.timer = null;
    const { pushes } = waiting;
    waiting.pushes = [];
    if (pushes.length === 0) {
      this.#waiting.delete(channel);
      return;
    }
    const [only] = pushes;
    const joined = only && pushes.length === 1 ? only.frame : Buffer.concat(pushes.map(frameOf));
    const sessions: Session[] = [];
    for (const { session, hasBegun } of channel.all) if (hasBegun) sessions.push(session);
    this.#write({ sessions, joined, pushes }, 0, () => {
      waiting.timer = setTimeout(() => this.#flush(channel, waiting), TOGETHER_MS).unref();
      if (waiting.pushes.length >= WAITING_MAX) this.#flush(channel, waiting);
    });
  }

  #write(batch: Batch, from: number, done: () => void): void {
    const { sessions, joined, pushes } = batch;
    const begun = performance.now();
    for (let index = from; index < sessions.length; index += 1) {
      const isLook = index % LOOK_EVERY === LOOK_EVERY - 1 && index > from;
      if (isLook && performance.now() - begun >= SLICE_MS) {
        setImmediate(() => this.#write(batch, index, done));
        return;
      }
      const session = sessions[index];
      if (session?.isOpen && this.slow.hasRoom(session)) session.wire.write(joined, pushes, []);
    }
    done();
  }
}

function frameOf({ frame }: EncodedPush<PushName>): Buffer {
  return frame;
}
