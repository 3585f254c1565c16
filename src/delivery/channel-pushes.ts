import { Buffer } from 'node:buffer';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Slice } from '../kernel/slice.js';
import type { PushName, Pushes } from '../protocol/pushes.js';
import { Metrics } from '../telemetry/metrics.js';
import { EncodedPush } from './encoded-push.js';
import { endBroken } from './end-broken.js';
import type { FollowedChannel } from './followed-channel.js';
import type { Session } from './session.js';
import { SlowConsumers } from './slow-consumers.js';

/** A channel that was told something so recently tells the rest together, in milliseconds. */
const TOGETHER_MS = 50;
/** Pushes that may wait in one channel: more go out at once. */
const WAITING_MAX = 256;

interface Waiting {
  pushes: EncodedPush<PushName>[];
  /** The last ones are still being written: what comes in meanwhile goes after them. */
  isWriting: boolean;
  /** Runs out when what has come in meanwhile is told. */
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

  constructor(
    private readonly slow: SlowConsumers,
    private readonly metrics: Metrics,
  ) {}

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
    const fresh: Waiting = { pushes: [push], isWriting: false, timer: null };
    this.#waiting.set(channel, fresh);
    this.#flush(channel, fresh);
  }

  #flush(channel: FollowedChannel, waiting: Waiting): void {
    if (waiting.isWriting) return;
    if (waiting.timer) clearTimeout(waiting.timer);
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
    waiting.isWriting = true;
    this.#write({ sessions, joined, pushes }, 0, () => {
      waiting.isWriting = false;
      waiting.timer = setTimeout(() => this.#flush(channel, waiting), TOGETHER_MS).unref();
      if (waiting.pushes.length >= WAITING_MAX) this.#flush(channel, waiting);
    });
  }

  #write(batch: Batch, from: number, done: () => void): void {
    const { sessions, joined, pushes } = batch;
    const slice = new Slice(() => performance.now());
    for (let index = from; index < sessions.length; index += 1) {
      const session = sessions[index];
      try {
        if (session?.isOpen && this.slow.hasRoom(session)) session.wire.write(joined, pushes, []);
      } catch (error) {
        if (session) endBroken(session, error, this.metrics);
      }
      if (slice.isOver()) {
        setImmediate(() => this.#write(batch, index + 1, done));
        return;
      }
    }
    done();
  }
}

function frameOf({ frame }: EncodedPush<PushName>): Buffer {
  return frame;
}
