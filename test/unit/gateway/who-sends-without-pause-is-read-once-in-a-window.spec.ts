import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ReadingWindow, type SendingPace } from '../../../src/gateway/reading-window.js';
import { readBeneath } from '../../../src/gateway/stream-reading.js';
import { unhurriedReading } from './unhurried-reading.js';
import { eventually } from '../../support/eventually.js';

const WINDOW_MS = 5;
const BYTES = 100;

let nowMs: number;
let tasks: { readonly at: number; readonly task: () => void }[];
let window: ReadingWindow;

beforeEach(() => {
  [nowMs, tasks] = [0, []];
  window = windowOf(WINDOW_MS);
});

function windowOf(windowMs: number, busyPerMs = 0): ReadingWindow {
  return new ReadingWindow({
    ...{ windowMs, busyPerMs },
    now: () => nowMs,
    after: (ms, task) => tasks.push({ at: nowMs + ms, task }),
  });
}

/** A stream and the kernel beneath it: what was sent is read as soon as the stream may be. */
class Sender {
  reading = true;
  /** When each read was. */
  readonly reads: number[] = [];
  sent = 0;
  /** The longest that anything lay in the kernel. */
  waitedMs = 0;
  #mayRead = true;
  #inKernel: number[] = [];
  #bytes = 0;
  readonly #pace: SendingPace;

  constructor(private readonly window: ReadingWindow) {
    this.#pace = window.newPace();
  }

  get isStopped(): boolean {
    return !this.#mayRead;
  }

  get isAnswered(): boolean {
    return this.#inKernel.length === 0;
  }

  send(bytes = BYTES): void {
    this.sent += 1;
    this.#bytes += bytes;
    this.#inKernel.push(nowMs);
  }

  readStop(): number {
    this.#mayRead = false;
    return 0;
  }

  readStart(): number {
    this.#mayRead = true;
    return 0;
  }

  /** The loop looks for what has come. */
  poll(): void {
    const [first] = this.#inKernel;
    if (!this.#mayRead || first === undefined) return;
    this.waitedMs = Math.max(this.waitedMs, nowMs - first);
    this.reads.push(nowMs);
    const bytes = this.#bytes;
    [this.#inKernel, this.#bytes] = [[], 0];
    this.window.wasRead(this, this.#pace, bytes, true);
  }
}

/** Lets time pass, in steps of a millisecond. */
function pass(ms: number, senders: readonly Sender[], send: (at: number) => void): void {
  for (const until = nowMs + ms; nowMs < until; nowMs += 1) {
    const due = tasks.filter(({ at }) => at <= nowMs);
    tasks = tasks.filter(({ at }) => at > nowMs);
    for (const { task } of due) task();
    send(nowMs);
    for (const sender of senders) sender.poll();
  }
}

function sendEvery(ms: number, sender: Sender, seconds: number): void {
  pass(seconds * 1_000, [sender], (at) => {
    if (at % ms === 0) sender.send();
  });
}

/** Sends one when the last one was read, so many milliseconds later. */
function sendInTurn(sender: Sender, seconds: number, everyMs: number, bytes = BYTES): void {
  let next = nowMs;
  pass(seconds * 1_000, [sender], (at) => {
    if (!sender.isAnswered) next = at + everyMs;
    else if (at >= next) {
      sender.send(bytes);
      next = at + everyMs;
    }
  });
}

describe('who sends without pause', () => {
  test('is read once in a window', () => {
    const sender = new Sender(window);
    sendEvery(2, sender, 1);
    const before = sender.reads.length;
    sendEvery(2, sender, 6);
    const perSecond = (sender.reads.length - before) / 6;
    expect(perSecond).toBeGreaterThan(1_000 / (WINDOW_MS + 2));
    expect(perSecond).toBeLessThanOrEqual(1_000 / WINDOW_MS);
  });

  test('has what it sends read within a window and a half of what lies between two', () => {
    const sender = new Sender(window);
    sendEvery(2, sender, 20);
    expect(sender.waitedMs).toBeGreaterThan(0);
    expect(sender.waitedMs).toBeLessThanOrEqual(WINDOW_MS + 1);
  });

  test('waits for ten milliseconds and half of what lies between two at most, however long a window is', () => {
    const sender = new Sender(windowOf(1_000));
    sendEvery(2, sender, 20);
    expect(sender.waitedMs).toBeGreaterThan(WINDOW_MS + 1);
    expect(sender.waitedMs).toBeLessThanOrEqual(11);
  });

  test('is read in the same turn as all the others', () => {
    const senders = Array.from({ length: 4 }, () => new Sender(window));
    const send = (at: number): void => {
      for (const [index, sender] of senders.entries()) if (at % 3 === index % 3) sender.send();
    };
    pass(1_000, senders, send);
    const before = senders.map(({ reads }) => reads.length);
    pass(1_000, senders, send);
    const turns = senders.map(({ reads }, index) => reads.slice(before[index]).join(' '));
    expect(new Set(turns).size).toBe(1);
    expect(turns[0]?.split(' ').length).toBeLessThan(1_000 / WINDOW_MS);
  });

  test('is read as it sends again when it sends less', () => {
    const sender = new Sender(window);
    sendEvery(2, sender, 1);
    sendEvery(50, sender, 10);
    const before = [sender.sent, sender.reads.length];
    sender.waitedMs = 0;
    sendEvery(50, sender, 1);
    expect([sender.sent, sender.reads.length]).toEqual(before.map((count) => count + 20));
    expect(sender.waitedMs).toBe(0);
  });

  test('is read without a window where there is none', () => {
    const sender = new Sender(windowOf(0));
    sendEvery(1, sender, 2);
    expect([sender.reads.length, sender.waitedMs]).toEqual([2_000, 0]);
  });

  test('goes on being read while it brings more than a read takes', () => {
    const sender = new Sender(window);
    const pace = window.newPace();
    sendEvery(2, sender, 1);
    for (nowMs = 10_000; nowMs < 12_000; nowMs += 1) window.wasRead(sender, pace, 100, true);
    tasks = [];
    sender.readStart();
    window.wasRead(sender, pace, 8_192, false);
    expect(sender.isStopped).toBe(false);
    window.wasRead(sender, pace, 100, true);
    expect(sender.isStopped).toBe(true);
  });

  test('is not started where its stream was told to wait meanwhile', () => {
    const sender = new Sender(window);
    sendEvery(2, sender, 1);
    while (!sender.isStopped) sendEvery(1, sender, 0.001);
    sender.reading = false;
    nowMs += 100;
    for (const { task } of tasks) task();
    expect(sender.isStopped).toBe(true);
  });
});

describe('while an instance has time', () => {
  /** Each sends every other millisecond. */
  const sendAll = (senders: readonly Sender[], seconds: number): void =>
    pass(seconds * 1_000, senders, (at) => {
      for (const [index, sender] of senders.entries()) if (at % 2 === index % 2) sender.send();
    });
  const sendersOf = (count: number, of: ReadingWindow): Sender[] =>
    Array.from({ length: count }, () => new Sender(of));

  test('nobody waits, and everybody who sends without pause does once it has none', () => {
    const busy = windowOf(WINDOW_MS, 2);
    const few = sendersOf(3, busy);
    sendAll(few, 5);
    expect(few.map(({ waitedMs }) => waitedMs)).toEqual([0, 0, 0]);
    const all = [...few, ...sendersOf(5, busy)];
    sendAll(all, 2);
    for (const sender of all) expect(sender.waitedMs).toBeGreaterThan(0);
  });

  test('windows do not make it look as if it had', () => {
    const all = sendersOf(5, windowOf(WINDOW_MS, 2));
    sendAll(all, 2);
    const before = all.map(({ reads }) => reads.length);
    sendAll(all, 5);
    // A read and a half in a millisecond at most, if they were read as they send for any longer time.
    for (const [index, { reads }] of all.entries()) {
      expect(reads.length - (before[index] ?? 0)).toBeLessThan((5_000 / WINDOW_MS) * 1.1);
    }
  });

  test('who waited before all fell silent waits again soon after', () => {
    const all = sendersOf(8, windowOf(WINDOW_MS, 2));
    sendAll(all, 2);
    pass(2_000, all, () => {});
    sendAll(all, 0.5);
    for (const sender of all) sender.waitedMs = 0;
    sendAll(all, 0.1);
    for (const sender of all) expect(sender.waitedMs).toBeGreaterThan(0);
  });

  test('who waited is read as it sends again', () => {
    const all = sendersOf(8, windowOf(WINDOW_MS, 2));
    sendAll(all, 2);
    const left = all.slice(0, 2);
    sendAll(left, 1);
    for (const sender of left) sender.waitedMs = 0;
    sendAll(left, 2);
    expect(left.map(({ waitedMs }) => waitedMs)).toEqual([0, 0]);
  });
});

test('who sends seldom and much at a time never waits', () => {
  const sender = new Sender(window);
  const pace = window.newPace();
  for (; nowMs < 5_000; nowMs += 6) {
    window.wasRead(sender, pace, 8_192, false);
    window.wasRead(sender, pace, 1_000, true);
  }
  expect(sender.isStopped).toBe(false);
});

test('who sends no more often than a window ends never waits', () => {
  const sender = new Sender(window);
  sendEvery(WINDOW_MS, sender, 20);
  expect([sender.reads.length, sender.waitedMs]).toEqual([sender.sent, 0]);
});

describe('who waits for each answer', () => {
  test('sends as much as without a window, but for a few tries', () => {
    const free = new Sender(windowOf(0));
    sendInTurn(free, 60, 1);
    const sender = new Sender(window);
    sendInTurn(sender, 60, 1);
    expect(sender.waitedMs).toBeGreaterThan(0);
    expect(sender.sent).toBeGreaterThan(free.sent * 0.95);
  });

  test('is found out also when it sent without pause before, and what it sends is longer', () => {
    const sender = new Sender(window);
    sendEvery(4, sender, 5);
    sendInTurn(sender, 20, 1, 10 * BYTES);
    const before = sender.sent;
    sendInTurn(sender, 20, 1, 10 * BYTES);
    expect(sender.sent - before).toBeGreaterThan(0.9 * 20_000);
  });
});

describe('streams of real sockets', () => {
  let stream: Socket;
  let peer: Socket;
  let seen: string;
  let ends: number;

  beforeEach(async () => {
    [seen, ends] = ['', 0];
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    peer = dial((server.address() as AddressInfo).port, '127.0.0.1');
    [stream] = (await once(server, 'connection')) as [Socket];
    server.close();
    for (const end of [stream, peer]) end.on('error', () => {});
    stream.on('data', () => {});
    peer.setNoDelay(true);
    const { turns } = unhurriedReading();
    // Each read is a moment of its own, and a window is over in the next turn.
    const realWindow = new ReadingWindow({
      ...{ windowMs: 4, busyPerMs: 0 },
      now: () => (nowMs += 1),
      after: (_ms, task) => {
        ends += 1;
        setImmediate(task);
      },
    });
    const reader = {
      take(bytes: Buffer, from: number, to: number) {
        seen += bytes.toString('latin1', from, to);
        return to;
      },
      unitBytes: () => 0,
      isBehind: () => {},
    };
    readBeneath(stream, reader, { turns, window: realWindow });
  });

  afterEach(() => {
    peer.destroy();
    stream.destroy();
  });

  /** Something in each turn of the event loop, until the stream was told to wait so many times. */
  async function sendUntilWaited(times: number): Promise<string> {
    let sent = '';
    for (let turns = 0; ; turns += 1) {
      if (ends >= times) return sent;
      if (turns > 100_000) throw new Error(`it was told to wait only ${ends} times`);
      const some = `${turns} `;
      sent += some;
      peer.write(some);
      await turn();
    }
  }

  test('bring all they are sent, in order', async () => {
    const sent = await sendUntilWaited(20);
    await eventually('all came', () => seen.length === sent.length);
    expect(seen).toBe(sent);
  });

  test('may close while they wait', async () => {
    await sendUntilWaited(1);
    const heard = once(peer, 'close');
    peer.resume();
    stream.destroy();
    await heard;
    const before = seen;
    await turn();
    expect(seen).toBe(before);
  });
});
