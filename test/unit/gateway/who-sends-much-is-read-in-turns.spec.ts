import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ReadingTurns } from '../../../src/gateway/reading-turns.js';
import { type BeneathReader, readBeneath } from '../../../src/gateway/stream-reading.js';
import { noWindow } from './unhurried-reading.js';
import { eventually } from '../../support/eventually.js';

describe('streams that have more than one read brings', () => {
  let isUrgent: boolean;
  let nowMs: number;
  let waits: number[];
  let tasks: (() => void)[];
  let turns: ReadingTurns;
  /** Names of the streams in the order in which they were told to read or not to. */
  let told: string[];

  const handle = (name: string, reading = true) => ({
    reading,
    readStop: () => told.push(`stop ${name}`),
    readStart: () => told.push(`start ${name}`),
  });

  /** One turn of the event loop. */
  const turn = (): void => {
    const due = tasks;
    tasks = [];
    for (const task of due) task();
  };

  beforeEach(() => {
    [isUrgent, nowMs, waits, tasks, told] = [false, 0, [], [], []];
    turns = new ReadingTurns({
      waited: (ms) => waits.push(ms),
      isUrgent: () => isUrgent,
      now: () => nowMs,
      next: (task) => tasks.push(task),
    });
  });

  test('are read again in the order they came, as many in a turn as take a millisecond', () => {
    for (let read = 0; read < 100; read += 1) turns.hasMore(handle(`${read}`), 0.4);
    told = [];
    turn();
    expect(told).toEqual(['start 0', 'start 1']);
    turn();
    expect(told.slice(2)).toEqual(['start 2', 'start 3']);
  });

  test('are read one in each turn, however long that takes', () => {
    for (let read = 0; read < 100; read += 1) turns.hasMore(handle(`${read}`), 50);
    told = [];
    turn();
    turn();
    expect(told).toEqual(['start 0', 'start 1']);
  });

  test('are all read in the end, and then nothing is awaited', () => {
    for (let read = 0; read < 30; read += 1) turns.hasMore(handle(`${read}`), 1);
    while (tasks.length > 0) turn();
    expect(told.filter((what) => what.startsWith('start'))).toHaveLength(30);
  });

  test('tell how long they waited', () => {
    turns.hasMore(handle('a'), 1);
    nowMs = 40;
    turn();
    expect(waits).toEqual([40]);
  });

  test('wait while something urgent is on its way, but not for more than seven turns', () => {
    isUrgent = true;
    for (const name of ['a', 'b', 'c']) turns.hasMore(handle(name), 50);
    told = [];
    const startsByTurn = Array.from({ length: 16 }, () => {
      const before = told.length;
      turn();
      return told.length - before;
    });
    expect(startsByTurn).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    isUrgent = false;
    turn();
    expect(told).toEqual(['start a', 'start b', 'start c']);
  });

  test('are passed over no more when they have waited for twenty milliseconds', () => {
    isUrgent = true;
    turns.hasMore(handle('a'), 1);
    nowMs = 19;
    turn();
    expect(told).toEqual(['stop a']);
    nowMs = 20;
    turn();
    expect(told).toEqual(['stop a', 'start a']);
  });

  test('go on at once when the read was next to nothing', () => {
    turns.hasMore(handle('a'), 0.05);
    expect([told, tasks.length]).toEqual([[], 0]);
  });

  test('are not started when they were told to wait meanwhile', () => {
    turns.hasMore(handle('a', false), 1);
    turn();
    expect(told).toEqual(['stop a']);
    expect(tasks).toEqual([]);
  });
});

describe('streams of real sockets', () => {
  const MUCH = Buffer.alloc(4 << 20, 'x');
  let streams: Socket[];
  let peers: Socket[];
  let bytes: number;
  /** Counts turns of the event loop. */
  let turn: number;
  let counting: NodeJS.Immediate;
  /** What was read: by which stream, in which turn, how much. */
  let reads: { readonly stream: number; readonly turn: number; readonly size: number }[];
  let waits: number;

  const readerOf = (stream: number): BeneathReader => ({
    take(_bytes, from, to) {
      reads.push({ stream, turn, size: to - from });
      bytes += to - from;
      // As long as commands take.
      const until = performance.now() + 0.2;
      while (performance.now() < until);
      return to;
    },
    unitBytes: () => 0,
    isBehind: () => {},
  });

  beforeEach(async () => {
    [streams, peers, bytes, turn, reads, waits] = [[], [], 0, 0, [], 0];
    const count = (): void => {
      turn += 1;
      counting = setImmediate(count);
    };
    count();
    const turns = new ReadingTurns({
      waited: () => (waits += 1),
      isUrgent: () => false,
      now: () => performance.now(),
      next: (task) => void setImmediate(task),
    });
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    for (let stream = 0; stream < 3; stream += 1) {
      const peer = dial((server.address() as AddressInfo).port, '127.0.0.1');
      const [accepted] = (await once(server, 'connection')) as [Socket];
      for (const end of [accepted, peer]) end.on('error', () => {});
      accepted.on('data', () => {});
      readBeneath(accepted, readerOf(stream), { turns, window: noWindow() });
      streams.push(accepted);
      peers.push(peer);
    }
    server.close();
  });

  afterEach(() => {
    clearImmediate(counting);
    for (const end of [...streams, ...peers]) end.destroy();
  });

  test('are read to their end, none twice in one turn of the event loop', async () => {
    for (const peer of peers) peer.write(MUCH);
    await eventually('all came', () => bytes === peers.length * MUCH.length);
    const places = reads.map((read) => `${read.stream} in turn ${read.turn}`);
    expect(reads.length).toBeGreaterThan(100);
    expect(new Set(places).size).toBe(places.length);
    expect(waits).toBeGreaterThan(100);
  });

  test('may close while they wait', async () => {
    const [peer] = peers;
    const [stream] = streams;
    peer?.write(MUCH);
    await eventually('it is read', () => reads.length > 0);
    stream?.destroy();
    const [other] = peers.slice(1);
    other?.write('heard');
    await eventually('the others are heard', () => reads.some((read) => read.stream === 1));
    expect(stream?.destroyed).toBe(true);
  });
});
