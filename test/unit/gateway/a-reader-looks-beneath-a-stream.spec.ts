import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type BeneathReader, readBeneath } from '../../../src/gateway/stream-reading.js';
import type { ReadingTurns } from '../../../src/gateway/reading-turns.js';
import { noWindow, unhurriedReading } from './unhurried-reading.js';
import { eventually } from '../../support/eventually.js';

const times = unhurriedReading();

let stream: Socket;
let peer: Socket;
let seen: string;
let passedOn: Buffer[];

/** Takes so many bytes of each read. */
const taking = (most: number): BeneathReader => ({
  take(bytes, from, to) {
    const end = Math.min(from + most, to);
    seen += bytes.toString('latin1', from, end);
    return end;
  },
  unitBytes: () => 0,
  isBehind: () => {},
});

const A = 'a'.charCodeAt(0);

/** Takes units of four bytes that begin with `a`, and wants to see them whole. */
const takingFours: BeneathReader = {
  take(bytes, from, to) {
    let at = from;
    for (; at + 4 <= to && bytes[at] === A; at += 4) {
      seen += `${bytes.toString('latin1', at, at + 4)} `;
    }
    return at;
  },
  unitBytes: (bytes, from) => (bytes[from] === A ? 4 : 0),
  isBehind: () => {},
};

const rest = (): string => Buffer.concat(passedOn).toString('latin1');

beforeEach(async () => {
  seen = '';
  passedOn = [];
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  peer = dial((server.address() as AddressInfo).port, '127.0.0.1');
  [stream] = (await once(server, 'connection')) as [Socket];
  server.close();
  for (const end of [stream, peer]) end.on('error', () => {});
  stream.on('data', (chunk: Buffer) => passedOn.push(chunk));
});

afterEach(() => {
  peer.destroy();
  stream.destroy();
});

describe('a reader beneath a stream', () => {
  test('takes everything, and the stream sees nothing', async () => {
    expect(readBeneath(stream, taking(Infinity), times)).toBe(true);
    peer.write('all of it');
    await eventually('it was taken', () => seen === 'all of it');
    expect(rest()).toBe('');
  });

  test('takes a part, and the stream gets the rest', async () => {
    readBeneath(stream, taking(4), times);
    peer.write('mine and yours');
    await eventually('all came', () => rest() === ' and yours');
    expect(seen).toBe('mine');
  });

  test('takes nothing, and the stream keeps what it got when the next read comes', async () => {
    readBeneath(stream, taking(0), times);
    for (const word of ['one ', 'two ', 'three ']) {
      const before = rest().length;
      peer.write(word);
      await eventually('it came', () => rest().length === before + word.length);
    }
    expect(rest()).toBe('one two three ');
  });

  test('is given a unit whole that came in pieces, and what follows it', async () => {
    readBeneath(stream, takingFours, times);
    peer.write('a001a0');
    await eventually('the first was taken', () => seen === 'a001 ');
    peer.write('0');
    await eventually('it was read', () => stream.bytesRead === 7);
    peer.write('2a003b4');
    await eventually('the others were taken', () => rest() === 'b4');
    expect(seen).toBe('a001 a002 a003 ');
  });

  test('takes nothing behind a unit that came in pieces and that it did not take', async () => {
    let isPicky = false;
    readBeneath(
      stream,
      {
        ...takingFours,
        take: (bytes, from, to) =>
          isPicky && to - from === 4 ? from : takingFours.take(bytes, from, to),
      },
      times,
    );
    peer.write('a001a0');
    await eventually('the first was taken', () => seen === 'a001 ');
    isPicky = true;
    peer.write('02a003a004');
    await eventually('the stream got all of it', () => rest() === 'a002a003a004');
    expect(seen).toBe('a001 ');
  });

  test('keeps a piece though the next read brings nothing', async () => {
    // Nothing is held: then a read that was full is followed at once by one that finds no more.
    const turns = { hasMore: () => {} } as unknown as ReadingTurns;
    readBeneath(stream, takingFours, { turns, window: noWindow() });
    peer.write('a0');
    await eventually('a piece is kept', () => stream.bytesRead === 2);
    peer.write(`00${'a001'.repeat(2_047)}a0`);
    await eventually('all of a full read was read', () => stream.bytesRead === 2 + 8_192);
    peer.write('02');
    await eventually('the last one came', () => seen.endsWith('a002 ') || rest() !== '');
    expect([rest(), seen.length]).toEqual(['', 2_049 * 5]);
  });

  test('finds the stream where it was when a later one has taken its place', async () => {
    readBeneath(stream, takingFours, times);
    peer.write('a001a0');
    await eventually('the first was taken', () => seen === 'a001 ');
    readBeneath(stream, taking(0), times);
    peer.write('02');
    await eventually('the stream got it', () => rest() === 'a002');
  });

  test('leaves a piece of a unit to the stream that ends with it', async () => {
    readBeneath(stream, takingFours, times);
    const ended = once(stream, 'end');
    peer.end('a001a0');
    await ended;
    expect([seen, rest()]).toEqual(['a001 ', 'a0']);
  });

  test('gives its place to a later one', async () => {
    readBeneath(stream, taking(0), times);
    readBeneath(stream, taking(Infinity), times);
    peer.write('later');
    await eventually('it was taken', () => seen === 'later');
    expect(rest()).toBe('');
  });

  test('is not in the way of a stream that is told to wait: nothing is lost, and little is read', async () => {
    readBeneath(stream, taking(0), times);
    stream.pause();
    const all = Buffer.alloc(8 << 20, 'x');
    peer.write(all);
    await eventually('the stream is full', () => stream.readableLength > 0);
    expect(stream.readableLength).toBeLessThan(1 << 20);
    stream.resume();
    await eventually(
      'all came',
      () => passedOn.reduce((sum, { length }) => sum + length, 0) === all.length,
    );
  });

  test('hears of no end, and the stream does', async () => {
    readBeneath(stream, taking(Infinity), times);
    const ended = once(stream, 'end');
    peer.end('last');
    await ended;
    expect(seen).toBe('last');
  });

  test('hears of no error, and the stream does', async () => {
    readBeneath(stream, taking(Infinity), times);
    // Not `once`, which rejects with the error.
    const closed = new Promise((resolve) => void stream.once('close', resolve));
    peer.resetAndDestroy();
    await closed;
    expect(seen).toBe('');
  });

  test('reads of several streams do not mix', async () => {
    readBeneath(stream, taking(3), times);
    const [other, far] = [stream, peer];
    const mine = passedOn;
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const second = dial((server.address() as AddressInfo).port, '127.0.0.1');
    const [near] = (await once(server, 'connection')) as [Socket];
    server.close();
    const theirs: Buffer[] = [];
    near.on('data', (chunk: Buffer) => theirs.push(chunk));
    readBeneath(near, taking(3), times);
    far.write('aaa-first');
    second.write('bbb-second');
    await eventually('both came', () => mine.length > 0 && theirs.length > 0);
    expect([Buffer.concat(mine).toString(), Buffer.concat(theirs).toString()]).toEqual([
      '-first',
      '-second',
    ]);
    second.destroy();
    near.destroy();
    other.destroy();
  });

  test('is not let beneath TLS, nor beneath a stream that has closed', async () => {
    expect(readBeneath(new TLSSocket(stream), taking(0), times)).toBe(false);
    const closed = once(peer, 'close');
    peer.destroy();
    await closed;
    expect(readBeneath(peer, taking(0), times)).toBe(false);
  });
});
