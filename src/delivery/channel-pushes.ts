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
  readonly pushes: EncodedPush<PushName>[];
  readonly timer: NodeJS.Timeout;
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
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  /** Tells everybody who is in the channel here. Keeps the order within a channel. */
  push<N extends PushName>(channel: FollowedChannel, event: N, payload: Pushes[N]): void {
    const push = new EncodedPush(event, payload);
    const waiting = this.#waiting.get(channel);
    if (waiting === undefined) {
      this.#send(channel, [push]);
      this.#wait(channel);
      return;
    }
    waiting.pushes.push(push);
    if (waiting.pushes.length >= WAITING_MAX) this.#send(channel, waiting.pushes.splice(0));
  }

  #wait(channel: FollowedChannel): void {
    const timer = setTimeout(() => this.#flush(channel), TOGETHER_MS).unref();
    this.#waiting.set(channel, { pushes: [], timer });
  }

  #flush(channel: FollowedChannel): void {
    const pushes = this.#waiting.get(channel)?.pushes ?? [];
    this.#waiting.delete(channel);
    if (pushes.length === 0) return;
    this.#send(channel, pushes);
    this.#wait(channel);
  }

  #send(channel: FollowedChannel, pushes: readonly EncodedPush<PushName>[]): void {
    const [only] = pushes;
    const joined = only && pushes.length === 1 ? only.frame : Buffer.concat(pushes.map(frameOf));
    const sessions: Session[] = [];
    for (const { session, hasBegun } of channel.all) if (hasBegun) sessions.push(session);
    this.#write(sessions, 0, joined, pushes);
  }

  #write(
    sessions: readonly Session[],
    from: number,
    joined: Buffer,
    pushes: readonly EncodedPush<PushName>[],
  ): void {
    const begun = performance.now();
    for (let index = from; index < sessions.length; index += 1) {
      const isLook = index % LOOK_EVERY === LOOK_EVERY - 1;
      if (isLook && performance.now() - begun >= SLICE_MS) {
        setImmediate(() => this.#write(sessions, index, joined, pushes));
        return;
      }
      const session = sessions[index];
      if (session?.isOpen && this.slow.hasRoom(session)) session.wire.write(joined, pushes, []);
    }
  }
}

function frameOf({ frame }: EncodedPush<PushName>): Buffer {
  return frame;
}
