import { Buffer } from 'node:buffer';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { PushName, Pushes } from '../protocol/pushes.js';
import { Metrics } from '../telemetry/metrics.js';
import { EncodedPush } from './encoded-push.js';
import type { FollowedChannel } from './followed-channel.js';
import { pushInSlices, type PushRules } from './push-in-slices.js';
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

/**
 * Events that are the same for everybody in a channel and are not of its log, as those of presence.
 * The first one goes at once; what follows within a moment goes in one write to each connection, so
 * that a thousand who come back tell each of a thousand in twenty writes and not in a thousand.
 */
@Injectable()
export class ChannelPushes implements OnModuleDestroy {
  readonly #waiting = new Map<FollowedChannel, Waiting>();

  readonly #rules: PushRules;

  constructor(slow: SlowConsumers, metrics: Metrics) {
    this.#rules = { slow, metrics };
  }

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
    pushInSlices({ sessions, joined, pushes }, this.#rules, () => {
      waiting.isWriting = false;
      waiting.timer = setTimeout(() => this.#flush(channel, waiting), TOGETHER_MS).unref();
      if (waiting.pushes.length >= WAITING_MAX) this.#flush(channel, waiting);
    });
  }
}

function frameOf({ frame }: EncodedPush<PushName>): Buffer {
  return frame;
}
