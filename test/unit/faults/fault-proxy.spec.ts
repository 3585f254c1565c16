import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { FaultProxy } from '../../faults/fault-proxy.js';
import { seededRandom } from '../../../client/cli/src/verify/seeded-random.js';
import { eventually } from '../../support/eventually.js';

let server: Server;
let proxy: FaultProxy;
/** Bytes that the server took and gave back. */
let answered = 0;

/** A client of an echoing server behind the proxy, and what came back so far. */
async function echoed(): Promise<{ socket: Socket; text: () => string; isOver: () => boolean }> {
  answered = 0;
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => (answered += chunk.length));
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await FaultProxy.start({
    name: 'proxy',
    target: () => (server.address() as AddressInfo).port,
    random: seededRandom(1),
    note: () => undefined,
  });
  const socket = connect(proxy.port, '127.0.0.1');
  let text = '';
  let isOver = false;
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  socket.on('close', () => (isOver = true));
  await once(socket, 'connect');
  await eventually('the proxy has the connection', () => proxy.links.length === 1);
  return { socket, text: () => text, isOver: () => isOver };
}

afterEach(() => {
  proxy.end();
  server.close();
});

describe('the fault proxy', () => {
  test('passes bytes on both ways, whole and in order', async () => {
    const { socket, text } = await echoed();
    socket.write('a'.repeat(200_000));
    socket.write('end');
    await eventually('all is back', () => text().length === 200_003 && text().endsWith('end'));
  });

  test('cuts chunks into pieces and loses none', async () => {
    const { socket, text } = await echoed();
    proxy.set('down', { kind: 'slice' });
    socket.write('the whole of it, in order, whatever the pieces are');
    await eventually(
      'all is back',
      () => text() === 'the whole of it, in order, whatever the pieces are',
    );
    expect(proxy.links[0]?.pieces).toBeGreaterThan(24);
  });

  test('a trickle passes on slowly, whole and in order, and the rest at once when it is healed', async () => {
    const { socket, text } = await echoed();
    proxy.set('down', { kind: 'trickle', bytesPerSecond: 20_000 });
    const sentAt = performance.now();
    socket.write(`${'a'.repeat(4_000)}first`);
    await eventually('it is back', () => text().endsWith('first'));
    expect(performance.now() - sentAt).toBeGreaterThan(150);
    socket.write(`${'b'.repeat(400_000)}second`);
    await eventually('some of the rest is back', () => text().includes('b'));
    expect(text().length).toBeLessThan(300_000);
    proxy.heal();
    await eventually('all is back', () => text().endsWith('second'));
    expect(text()).toBe(`${'a'.repeat(4_000)}first${'b'.repeat(400_000)}second`);
  });

  test('a black hole holds back, and gives all of it when it is healed', async () => {
    const { socket, text } = await echoed();
    proxy.set('down', { kind: 'blackhole' });
    socket.write('held');
    await eventually('the server answered', () => answered === 4);
    expect(text()).toBe('');
    proxy.heal();
    await eventually('it is here', () => text() === 'held');
  });

  test('what was swallowed is gone, and healing ends the connection', async () => {
    const { socket, text, isOver } = await echoed();
    proxy.set('down', { kind: 'swallow' });
    socket.write('lost');
    await eventually('it was swallowed', () => proxy.links[0]?.swallowed === 4);
    proxy.heal();
    await eventually('the connection is over', isOver);
    expect(text()).toBe('');
  });

  test('a reset ends the connection', async () => {
    const { isOver } = await echoed();
    expect(proxy.reset()).toBe(1);
    await eventually('the connection is over', isOver);
    await eventually('the proxy forgot it', () => proxy.links.length === 0);
  });

  test('a late chunk comes late and in order', async () => {
    const { socket, text } = await echoed();
    proxy.set('down', { kind: 'delay', ms: 80, jitterMs: 20 });
    const sentAt = performance.now();
    socket.write('one ');
    await eventually('the first is here', () => text() === 'one ');
    expect(performance.now() - sentAt).toBeGreaterThan(55);
  });
});

test('a seed gives the same numbers again', () => {
  const take = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 5 }, () => random.between(1, 1_000));
  };
  expect(take(5)).toEqual(take(5));
  expect(take(5)).not.toEqual(take(6));
});
