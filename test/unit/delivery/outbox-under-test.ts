import { Buffer } from 'node:buffer';
import type { LogEntry } from '../../../src/broker/log-entry.js';
import { parsePosition } from '../../../src/broker/position.js';
import { EncodedMessage } from '../../../src/delivery/encoded-message.js';
import { JoinedFrames } from '../../../src/delivery/joined-frames.js';
import { Outbox } from '../../../src/delivery/outbox.js';
import { Session } from '../../../src/delivery/session.js';
import { Subscription } from '../../../src/delivery/subscription.js';
import type { OutgoingMessage, Wire } from '../../../src/delivery/wire.port.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import type { Gap, Skip } from '../../../src/protocol/gap.js';
import type { PushName, Pushes } from '../../../src/protocol/pushes.js';
import type { ClosingPush } from '../../../src/protocol/pushes/closing.js';

export const CHANNEL = 'chat:lobby' as ChannelName;
export const EPOCH = 'e'.repeat(16);

export type Sent =
  | { readonly event: 'message'; readonly offset: number; readonly position: number | null }
  | { readonly event: 'gap'; readonly gap: Gap }
  | { readonly event: 'skip'; readonly skip: Skip };

interface Placed {
  readonly offset: number;
  readonly position?: string;
}

/** A connection whose kernel takes bytes only when the test says so. */
export class HeldWire implements Wire {
  readonly sent: Sent[] = [];
  /** How many messages went with each write. */
  readonly writes: number[] = [];
  /** What stands in the bytes of all writes, one text for each frame. */
  readonly frames: string[] = [];
  /** Why it was closed, each time that it was. */
  readonly closings: ClosingPush[] = [];
  /** False: what is written stays unflushed. */
  takes = true;
  /** True: whatever is written or sent next throws, once. */
  isBroken = false;
  /** Heard in the middle of `close`, as engine.io has it. */
  whenClosed = (): void => {};
  #unflushed = 0;
  #waiting: (() => void)[] = [];

  unflushed(): number {
    return this.#unflushed;
  }

  write(joined: Buffer, messages: readonly OutgoingMessage[], safety: readonly boolean[]): void {
    this.#breakOnce();
    if (!this.takes) this.#unflushed += joined.length;
    let count = 0;
    for (const [index, message] of messages.entries()) {
      const { text } = message.packet(safety[index] ?? true);
      const [event, body] = JSON.parse(text.slice(1)) as ['message', Placed] | ['skip', Skip];
      if (event === 'skip') {
        this.sent.push({ event, skip: body });
        continue;
      }
      count += 1;
      const position = body.position === undefined ? null : offsetOf(body.position);
      this.sent.push({ event: 'message', offset: body.offset, position });
    }
    if (count === 0) return;
    this.writes.push(count);
    this.frames.push(...textsIn(joined));
  }

  onceDrained(callback: () => void): void {
    this.#waiting.push(callback);
  }

  /** The kernel takes a part, of which it says nothing: only that all was taken is told. */
  takeAllBut(bytes: number): void {
    this.#unflushed = Math.min(this.#unflushed, bytes);
  }

  /** The kernel takes all that was written. */
  drain(): void {
    this.#unflushed = 0;
    for (const callback of this.#waiting.splice(0)) callback();
  }

  emit<N extends PushName>(event: N, payload: Pushes[N]): void {
    this.#breakOnce();
    // As engine.io does: it says that it has drained in the middle of a send.
    for (const callback of this.#waiting.splice(0)) callback();
    if (event === 'gap') this.sent.push({ event: 'gap', gap: payload as Gap });
  }

  close(closing: ClosingPush): void {
    this.closings.push(closing);
    this.whenClosed();
  }

  #breakOnce(): void {
    if (!this.isBroken) return;
    this.isBroken = false;
    throw new Error('nothing can be written');
  }
}

/** Text frames of a server, one behind the other (RFC 6455, section 5.2). */
function textsIn(joined: Buffer): string[] {
  const texts: string[] = [];
  let at = 0;
  while (at + 2 <= joined.length) {
    const length = joined[at + 1] ?? 0;
    const extended = length === 126 ? 2 : length === 127 ? 8 : 0;
    const bytes =
      extended === 0
        ? length
        : Number.parseInt(joined.toString('hex', at + 2, at + 2 + extended), 16);
    const start = at + 2 + extended;
    texts.push(joined.toString('utf8', start, start + bytes));
    at = start + bytes;
  }
  return texts;
}

export function offsetOf(position: string): number {
  return parsePosition(position)?.offset ?? -1;
}

export function message(offset: number, over: Partial<LogEntry> = {}, bytes = 10): EncodedMessage {
  const body = `42["message",{"channel":"${CHANNEL}","data":"${'x'.repeat(bytes)}"`;
  return new EncodedMessage(
    {
      epoch: EPOCH,
      offset,
      chain: String(offset).padStart(16, '0'),
      prev: String(offset - 1).padStart(16, '0'),
      at: 1_000,
      lane: 2,
      ttlMs: 0,
      releaseAt: 0,
      kind: 'm',
      extra: {},
      text: Buffer.from(body),
      parts: [],
      ...over,
    },
    false,
  );
}

/** An open outbox with one subscription that stands before the first offset. What may wait, and the clock, may move. */
export function outboxUnderTest({
  bytesMax = 131_072,
  now = 1_000,
}: { readonly bytesMax?: number; readonly now?: number } = {}) {
  const wire = new HeldWire();
  const moving = { bytesMax, now };
  const counted = { delivered: 0, dropped: 0, waiting: 0, stalled: 0, recovered: 0, broken: 0 };
  const outbox = new Outbox(
    wire,
    {
      bytesMax: () => moving.bytesMax,
      now: () => moving.now,
      joined: new JoinedFrames(),
      delivered: (count) => (counted.delivered += count),
      dropped: (count) => (counted.dropped += count),
      skipped: () => undefined,
      waiting: (change) => (counted.waiting += change),
    },
    {
      stalled: () => (counted.stalled += 1),
      recovered: () => (counted.recovered += 1),
      broken: () => {
        counted.broken += 1;
        outbox.end();
      },
    },
  );
  const session = new Session('s1', 'ann', wire, outbox);
  const subscription = new Subscription(session, CHANNEL);
  subscription.startAt({ epoch: EPOCH, offset: 0, chain: '0'.repeat(16) });
  outbox.open();
  return { wire, outbox, subscription, counted, moving };
}
