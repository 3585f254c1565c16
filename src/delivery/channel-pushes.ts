import { Buffer } from 'node:buffer';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { PushName, Pushes } from '../protocol/pushes.js';
import { Metrics } from '../telemetry/metrics.js';
import { EncodedPush } from './encoded-push.js';
import type { FollowedChannel } from './followed-channel.js';
import { pushInSlices, type PushRules } from './push-in-slices.js';
import type { Session } from './session.js';
import { SlowConsumers } from './slow-consumers.js';
import type { Subscription } from './subscription.js';

/** A channel that was told something so recently tells the rest together, in milliseconds. */
const TOGETHER_MS = 50;
/** So many pushes, or bytes of them, go out at once, or behind the write that is under way; no write is of more. */
const TOGETHER_MAX = 256;
const TOGETHER_BYTES_MAX = 32_768;
/** So many, and bytes of them, may wait for that write: beyond it the oldest is given up. */
const WAITING_MAX = 4_096;
const WAITING_BYTES_MAX = 1_048_576;

interface Waiting {
  readonly pushes: EncodedPush<PushName>[];
  /** Of their frames. */
  bytes: number;
  /** The last ones are still being written: what comes in meanwhile goes after them. */
  isWriting: boolean;
  /** Runs out when what has come in meanwhile is told. */
  timer: NodeJS.Timeout | null;
}

/**
 * Events that are the same for everybody in a channel and are not of its log, as those of presence.
 * The first one goes at once; what follows within a moment goes in one write to each connection, so
 * that a thousand who come back tell each of a thousand in twenty writes and not in a thousand.
 *
 * They may be lost: a connection that is behind goes without, and so does everybody where more comes in
 * than can be written.
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
    const known = this.#waiting.get(channel);
    const waiting = known ?? { pushes: [], bytes: 0, isWriting: false, timer: null };
    if (!known) this.#waiting.set(channel, waiting);
    const push = new EncodedPush(event, payload);
    waiting.pushes.push(push);
    waiting.bytes += push.frame.length;
    while (waiting.pushes.length > WAITING_MAX || waiting.bytes > WAITING_BYTES_MAX) {
      waiting.bytes -= waiting.pushes.shift()?.frame.length ?? 0;
    }
    if (!known || isEnough(waiting)) this.#flush(channel, waiting);
  }

  #flush(channel: FollowedChannel, waiting: Waiting): void {
    if (waiting.isWriting) return;
    if (waiting.timer) clearTimeout(waiting.timer);
    waiting.timer = null;
    const pushes = takeTogether(waiting);
    const [only] = pushes;
    if (!only) {
      this.#waiting.delete(channel);
      return;
    }
    const joined = pushes.length === 1 ? only.frame : Buffer.concat(pushes.map(frameOf));
    const to = [...channel.all].filter(({ hasBegun }) => hasBegun);
    waiting.isWriting = true;
    pushInSlices({ to, sessionOf, joined, pushes, mayBeLost: true }, this.#rules, () =>
      this.#goOn(channel, waiting),
    );
  }

  #goOn(channel: FollowedChannel, waiting: Waiting): void {
    const next = (): void => {
      waiting.isWriting = false;
      this.#flush(channel, waiting);
    };
    if (isEnough(waiting)) {
      setImmediate(next);
      return;
    }
    waiting.isWriting = false;
    waiting.timer = setTimeout(next, TOGETHER_MS).unref();
  }
}

/** Whether as much waits as goes in one write. */
function isEnough({ pushes, bytes }: Waiting): boolean {
  return pushes.length >= TOGETHER_MAX || bytes >= TOGETHER_BYTES_MAX;
}

/** The oldest of what waits, as much as goes in one write; none when nothing waits. */
function takeTogether(waiting: Waiting): EncodedPush<PushName>[] {
  let count = 0;
  let bytes = 0;
  for (const { frame } of waiting.pushes) {
    const isFull = count >= TOGETHER_MAX || bytes + frame.length > TOGETHER_BYTES_MAX;
    if (isFull && count > 0) break;
    count += 1;
    bytes += frame.length;
  }
  waiting.bytes -= bytes;
  return waiting.pushes.splice(0, count);
}

/** Who has left the channel meanwhile was told so, and nothing of it may follow. */
function sessionOf({ hasEnded, session }: Subscription): Session | null {
  return hasEnded ? null : session;
}

function frameOf({ frame }: EncodedPush<PushName>): Buffer {
  return frame;
}
