import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { writeBeneath } from '../../../src/gateway/stream-writing.js';

/** More than the kernel takes from a peer that does not read. */
const LARGE = Buffer.alloc(32 << 20, 'x');

let stream: Socket;
let peer: Socket;
let told: boolean[];
const owner = { settled: (isWhole: boolean) => void told.push(isWhole) };

/** Both ends of a connection; the near one reads nothing when it is deaf. */
async function connection({ isDeaf = false } = {}): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: isDeaf });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = dial((server.address() as AddressInfo).port, '127.0.0.1');
  const [near] = (await once(server, 'connection')) as [Socket];
  server.close();
  for (const end of [near, far]) end.on('error', () => {});
  return [near, far];
}

beforeEach(async () => {
  told = [];
  [stream, peer] = await connection();
});

afterEach(() => {
  peer.destroy();
  stream.destroy();
});

async function arrived(bytes: number, at = peer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of at.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= bytes) break;
  }
  return Buffer.concat(chunks);
}

describe('what is written beneath a stream', () => {
  test('is whole when the kernel takes it, in the order of all writes', async () => {
    let said = '';
    const written = new Set<string>();
    for (let n = 0; n < 100; n += 1) {
      const word = `${n} `;
      said += word;
      if (n % 3 === 0) stream.write(word);
      else written.add(writeBeneath(stream, Buffer.from(word), owner));
    }
    expect([...written]).toEqual(['whole']);
    expect((await arrived(said.length)).toString()).toBe(said);
    expect(told).toEqual([]);
  });

  test('is held while the peer does not read, and what follows comes after it', async () => {
    peer.pause();
    expect(writeBeneath(stream, LARGE, owner)).toBe('held');
    stream.write('after');
    expect(told).toEqual([]);
    const all = await arrived(LARGE.length + 5);
    expect(all.length).toBe(LARGE.length + 5);
    expect(all.subarray(0, LARGE.length).equals(LARGE)).toBe(true);
    expect(all.subarray(LARGE.length).toString()).toBe('after');
    expect(told).toEqual([true]);
  });

  test('is held for several connections at once, each to its end', async () => {
    const [second, other] = await connection();
    const mine: boolean[] = [];
    peer.pause();
    other.pause();
    expect(writeBeneath(stream, LARGE, owner)).toBe('held');
    const settled = { settled: (isWhole: boolean) => void mine.push(isWhole) };
    expect(writeBeneath(second, LARGE, settled)).toBe('held');
    expect((await arrived(LARGE.length, other)).equals(LARGE)).toBe(true);
    expect([told, mine]).toEqual([[], [true]]);
    expect((await arrived(LARGE.length)).equals(LARGE)).toBe(true);
    expect(told).toEqual([true]);
    for (const end of [second, other]) end.destroy();
  });

  test('is told as not whole when the peer goes away meanwhile, and the stream ends', async () => {
    // A stream that reads hears of it twice: the write alone must do.
    const [deaf, gone] = await connection({ isDeaf: true });
    gone.pause();
    const settled = new Promise((resolve) => {
      expect(writeBeneath(deaf, LARGE, { settled: resolve })).toBe('held');
    });
    gone.resetAndDestroy();
    expect(await settled).toBe(false);
    expect(deaf.destroyed).toBe(true);
    deaf.destroy();
  });

  test('ends the stream when the kernel refuses it', async () => {
    stream.end();
    await once(stream, 'finish');
    expect(stream.destroyed).toBe(false);
    const failure = once(stream, 'error') as Promise<[NodeJS.ErrnoException]>;
    expect(writeBeneath(stream, Buffer.from('late'), owner)).toBe('refused');
    expect(stream.destroyed).toBe(true);
    expect((await failure)[0]).toMatchObject({ code: 'EPIPE', syscall: 'write' });
    expect(told).toEqual([]);
  });
});

describe('nothing is written beneath a stream', () => {
  test('that holds something itself', () => {
    stream.cork();
    stream.write('first');
    expect(writeBeneath(stream, Buffer.from('second'), owner)).toBe('not written');
  });

  test('that has ended, or was never connected', () => {
    stream.destroy();
    expect(writeBeneath(stream, Buffer.from('late'), owner)).toBe('not written');
    expect(writeBeneath(new Socket(), Buffer.from('early'), owner)).toBe('not written');
  });

  test('that is encrypted', () => {
    const secure = new TLSSocket(stream, { isServer: true });
    expect(writeBeneath(secure, Buffer.from('plain'), owner)).toBe('not written');
    secure.on('error', () => {});
    secure.destroy();
  });
});
