import { afterEach, describe, expect, test } from '@jest/globals';
import { type Carillon, createCarillon } from '../src/carillon.js';
import type { Message } from '../src/message.js';
import type { CarillonOptions } from '../src/options.js';
import type { CarillonState } from '../src/state-detail.js';
import { FakeLog, FakeServer } from './support/fake-server.js';
import { LOBBY } from './support/wire-examples.js';

const DEADLINE_MS = 5_000;
const endings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function server(log = new FakeLog(), port = 0, path?: string): Promise<FakeServer> {
  const started = await FakeServer.start(log, port, path);
  endings.push(() => started.stop());
  return started;
}

function client(url: string | string[], options: Partial<CarillonOptions> = {}): Carillon {
  const carillon = createCarillon({
    url,
    token: 't',
    timeouts: { closeMs: 100 },
    // Every wait is as short as jitter allows.
    environment: { random: () => 0 },
    ...options,
  });
  endings.push(() => carillon.close());
  return carillon;
}

/** Resolves when `tells` has told something that `is` accepts. */
function until<T>(
  tells: (hear: (told: T) => void) => () => void,
  is: (told: T) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (done: () => void) => {
      clearTimeout(timer);
      stop();
      done();
    };
    const timer = setTimeout(() => end(() => reject(new Error('not in time'))), DEADLINE_MS);
    const stop = tells((told) => {
      if (is(told)) end(resolve);
    });
  });
}

function reached(carillon: Carillon, state: CarillonState): Promise<void> {
  return until<CarillonState>(
    (hear) => carillon.onState(hear),
    (entered) => entered === state,
  );
}

async function connected(carillon: Carillon): Promise<void> {
  const done = reached(carillon, 'connected');
  carillon.connect();
  await done;
}

function received(carillon: Carillon): {
  offsets: number[];
  untilOffset: (n: number) => Promise<void>;
} {
  const offsets: number[] = [];
  const channel = carillon.channel(LOBBY);
  channel.onMessage(({ offset }) => offsets.push(offset));
  const untilOffset = (wanted: number) =>
    until<Message>(
      (hear) => channel.onMessage(hear),
      ({ offset }) => offset >= wanted,
    );
  return { offsets, untilOffset };
}

describe('over real sockets', () => {
  test('what one client publishes another receives, binary parts included', async () => {
    const { url } = await server();
    const [ann, bob] = [client(url), client(url)];
    await Promise.all([connected(ann), connected(bob)]);
    const data: unknown[] = [];
    bob.channel(LOBBY).onMessage((message) => data.push(message.data));
    await bob.channel(LOBBY).subscribe();
    const came = received(bob).untilOffset(2);
    await ann.channel(LOBBY).publish({ text: 'hi' });
    await ann.channel(LOBBY).publish({ bytes: Uint8Array.of(1, 2, 3) });
    await came;
    expect(data).toEqual([{ text: 'hi' }, { bytes: Buffer.from([1, 2, 3]) }]);
  });

  test('a cut connection comes back and brings what was missed, once and in order', async () => {
    const fake = await server();
    const [ann, bob] = [client(fake.url), client(fake.url)];
    await Promise.all([connected(ann), connected(bob)]);
    const { offsets, untilOffset } = received(bob);
    await bob.channel(LOBBY).subscribe();
    await ann.channel(LOBBY).publish(1);
    const all = untilOffset(12);
    for (let n = 2; n <= 12; n += 1) {
      if (n % 4 === 0) fake.cutAll();
      await ann.channel(LOBBY).publish(n);
    }
    await all;
    expect(offsets).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('an answer that was lost is asked for again, and the message is stored once', async () => {
    const log = new FakeLog();
    const fake = await server(log);
    const ann = client(fake.url);
    await connected(ann);
    fake.answersToSwallow = 2;
    const { duplicate } = await ann.channel(LOBBY).publish('once');
    expect(duplicate).toBe(true);
    expect(log.of(LOBBY)).toHaveLength(1);
    expect(fake.answersToSwallow).toBe(0);
  });

  test('a server that restarts is found again; what was published meanwhile waits', async () => {
    const log = new FakeLog();
    const first = await FakeServer.start(log);
    const { port, url } = first;
    const ann = client(url);
    await connected(ann);
    const { offsets, untilOffset } = received(ann);
    await ann.channel(LOBBY).subscribe();
    const came = untilOffset(1);
    const lost = reached(ann, 'offline');
    await first.stop();
    await lost;
    const published = ann.channel(LOBBY).publish('while away');
    const back = reached(ann, 'connected');
    await server(log, port);
    await back;
    expect((await published).offset).toBe(1);
    await came;
    expect(offsets).toEqual([1]);
  });

  test('the next url is tried when the first leads nowhere', async () => {
    const gone = await FakeServer.start(new FakeLog());
    const dead = gone.url;
    await gone.stop();
    const { url } = await server();
    const ann = client([dead, url], { preferFirstUrl: true });
    await connected(ann);
    expect(ann.state).toBe('connected');
  });

  test('an upgrade that is refused is tried again', async () => {
    const fake = await server();
    fake.upgradesToRefuse = 2;
    const ann = client(fake.url);
    await connected(ann);
    expect(fake.handshakes).toHaveLength(1);
  });

  test('a permanent refusal is final', async () => {
    const fake = await server();
    fake.judge = () => ({ code: 'unauthenticated', message: 'who?', retryable: false });
    const ann = client(fake.url);
    const refused = reached(ann, 'refused');
    ann.connect();
    await refused;
    await expect(ann.channel(LOBBY).subscribe()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(fake.handshakes).toHaveLength(1);
  });

  test('an expired token is replaced by a fresh one', async () => {
    const fake = await server();
    fake.judge = ({ token }) =>
      token === 'new' ? null : { code: 'token_expired', message: 'old', retryable: false };
    const tokens = ['old', 'new'];
    const ann = client(fake.url, { token: async () => tokens.shift() ?? 'none' });
    await connected(ann);
    expect(fake.handshakes.map(({ token }) => token)).toEqual(['old', 'new']);
  });

  test('the estimate of the cluster clock follows the server, not the device', async () => {
    const { url } = await server();
    const ann = client(url);
    await connected(ann);
    // An answer to a request that was sent later: the first sample has been taken.
    await ann.channel(LOBBY).presence();
    expect(Math.abs(ann.now() - Date.now() - 3_600_000)).toBeLessThan(1_000);
  });

  test('a path in the url is a prefix of the proxy in front', async () => {
    const { url } = await server(new FakeLog(), 0, '/push/socket.io/');
    const ann = client(`${url}/push/`);
    await connected(ann);
    expect(ann.session?.user).toBe('ann');
  });

  test('a clean close leaves nothing open', async () => {
    const fake = await server();
    const ann = client(fake.url);
    await connected(ann);
    await ann.channel(LOBBY).subscribe();
    await ann.close();
    expect(ann.state).toBe('idle');
    await expect(fake.stop()).resolves.toBeUndefined();
  });
});
