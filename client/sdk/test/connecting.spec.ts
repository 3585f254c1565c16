import { describe, expect, test } from '@jest/globals';
import { CarillonError } from '../src/carillon-error.js';
import { admit, bench, connected, reconnect } from './support/client.js';
import { rejectionOf } from './support/rejection.js';
import { VirtualTime } from './support/virtual-time.js';
import { session, subscribed } from './support/wire-examples.js';

describe('connecting', () => {
  test('nothing is opened before `connect`', async () => {
    const { time, carillon } = bench();
    await time.advance(60_000);
    expect(time.sockets).toHaveLength(0);
    expect(carillon.state).toBe('idle');
    expect(carillon.session).toBeNull();
  });

  test('the handshake carries the token, the client and no positions at first', async () => {
    const made = bench({ token: async () => 'fresh', client: 'tab-1' });
    made.carillon.connect();
    await admit(made);
    expect(made.time.addresses[0]).toEqual({
      url: 'http://here',
      auth: { token: 'fresh', client: 'tab-1', since: {} },
      transports: ['websocket'],
    });
    expect(made.states).toEqual(['connecting', 'catching up', 'connected']);
    expect(made.carillon.session?.instance).toBe('i1');
  });

  test('failures move on to the next url with growing waits, and success is found', async () => {
    const made = bench({ url: ['http://one', 'http://two'], preferFirstUrl: true });
    made.carillon.connect();
    await made.time.settle();
    made.time.socket.cut();
    await made.time.advance(150);
    made.time.socket.cut();
    await made.time.advance(300);
    await admit(made);
    expect(made.time.addresses.map(({ url }) => url)).toEqual([
      'http://one',
      'http://two',
      'http://one',
    ]);
    expect(made.carillon.state).toBe('connected');
  });

  test('a url to which nothing can be opened leaves the others, and the last of them refuses', async () => {
    const time = new VirtualTime();
    let unusable: readonly string[] = ['http://two'];
    const made = bench(
      {
        url: ['http://one', 'http://two'],
        preferFirstUrl: true,
        environment: {
          ...time.environment,
          openSocket: (address) => {
            if (unusable.includes(address.url)) throw new TypeError('Invalid URL');
            return time.environment.openSocket(address);
          },
        },
      },
      time,
    );
    made.carillon.connect();
    await time.settle();
    time.socket.cut();
    await time.advance(150);
    expect(time.addresses.map(({ url }) => url)).toEqual(['http://one', 'http://one']);
    await admit(made);
    expect(made.carillon.state).toBe('connected');
    unusable = ['http://one', 'http://two'];
    time.socket.cut();
    await time.advance(300);
    expect(made.carillon.state).toBe('refused');
  });

  test('a url that is none is refused at once, whatever stands beside it', () => {
    for (const url of ['http://[', 'localhost:3000', 'ftp://push.example.com']) {
      expect(() => bench({ url: ['https://push.example.com', url] })).toThrow(
        expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(url) }),
      );
    }
    for (const url of ['/push', 'wss://push.example.com/a', ''])
      expect(() => bench({ url })).not.toThrow();
  });

  test('each state that is told differs from the one before', async () => {
    const tokens = ['old', 'new'];
    const made = bench({ token: () => tokens.shift() ?? 'none' });
    void made.carillon.channel('chat:a').subscribe();
    made.carillon.connect();
    await made.time.settle();
    made.time.socket.refuse({ code: 'token_expired', message: 'old', retryable: false });
    await admit(made);
    made.time.socket.push('status', { state: 'degraded', since: 1 });
    made.time.socket.answer('subscribe', subscribed({ channel: 'chat:a' }));
    made.time.socket.push('status', { state: 'ok', since: 2 });
    expect(made.states).toEqual(['connecting', 'catching up', 'degraded', 'connected']);
  });

  test('a listener that begins anew while it is told a state hears it once', async () => {
    const made = bench();
    const heard: string[] = [];
    let end = () => {};
    const hear = (state: string) => {
      heard.push(state);
      // So that one which hears it again and again comes to an end.
      if (heard.length > 9) return;
      end();
      end = made.carillon.onState(hear);
    };
    end = made.carillon.onState(hear);
    made.carillon.connect();
    await admit(made);
    expect(heard).toEqual(['connecting', 'catching up', 'connected']);
  });

  test('a server that accepts and then says nothing is given up in time', async () => {
    const made = bench({ timeouts: { connectMs: 2_000 } });
    made.carillon.connect();
    await made.time.advance(2_000);
    expect(made.carillon.state).toBe('offline');
    expect(made.time.socket.isClosed).toBe(true);
  });

  test('a permanent refusal is final, and tells why', async () => {
    const made = bench();
    const details: unknown[] = [];
    made.carillon.onState((_state, detail) => details.push(detail));
    made.carillon.connect();
    await made.time.settle();
    made.time.socket.refuse({ code: 'forbidden', message: 'not you', retryable: false });
    await made.time.advance(600_000);
    expect(made.carillon.state).toBe('refused');
    expect(made.time.sockets).toHaveLength(1);
    expect(details.at(-1)).toEqual({ code: 'forbidden', message: 'not you' });
    expect(made.time.timers).toBe(0);
  });

  test('an expired token is fetched again and tried at once', async () => {
    const tokens = ['old', 'new'];
    const made = bench({ token: () => tokens.shift() ?? 'none' });
    made.carillon.connect();
    await made.time.settle();
    made.time.socket.refuse({ code: 'token_expired', message: 'old', retryable: false });
    await admit(made);
    expect(made.time.addresses.map(({ auth }) => auth.token)).toEqual(['old', 'new']);
    expect(made.carillon.state).toBe('connected');
  });

  test('a token function that fails is tried again, one that refuses is final', async () => {
    const failing = bench({ token: () => Promise.reject(new Error('network')) });
    failing.carillon.connect();
    await failing.time.settle();
    expect(failing.carillon.state).toBe('offline');
    const refusing = bench({
      token: () => {
        throw new CarillonError('unauthenticated', 'Sign in again.');
      },
    });
    refusing.carillon.connect();
    await refusing.time.settle();
    expect(refusing.carillon.state).toBe('refused');
  });

  test('a drained server names the wait, and it is kept', async () => {
    const made = await connected();
    made.time.socket.push('closing', {
      code: 'draining',
      message: 'moving',
      reconnect: true,
      retryAfterMs: 2_000,
    });
    expect(made.carillon.state).toBe('offline');
    expect(made.time.socket.isClosed).toBe(true);
    await made.time.advance(1_999);
    expect(made.time.sockets).toHaveLength(1);
    await made.time.advance(302);
    expect(made.time.sockets).toHaveLength(2);
  });

  test('a server that wants nobody back is not asked again', async () => {
    const made = await connected();
    const reason = { code: 'disconnected_by_admin', message: 'bye' } as const;
    made.time.socket.push('closing', { ...reason, reconnect: false, retryAfterMs: 0 });
    await made.time.advance(600_000);
    expect(made.carillon.state).toBe('refused');
    expect(made.time.sockets).toHaveLength(1);
  });

  test('the broker coming and going is a state of its own', async () => {
    const made = await connected();
    made.time.socket.push('status', { state: 'degraded', since: 1 });
    made.time.socket.push('status', { state: 'ok', since: 2 });
    expect(made.states.slice(-3)).toEqual(['connected', 'degraded', 'connected']);
  });

  test('a device that wakes tries at once', async () => {
    const made = await connected();
    made.time.chance = 1;
    made.time.socket.cut();
    made.time.wake();
    await made.time.settle();
    expect(made.time.sockets).toHaveLength(2);
  });

  test('a connection that died asleep is noticed when the device wakes', async () => {
    const made = await connected();
    made.time.wake();
    await made.time.advance(3_000);
    expect(made.carillon.state).toBe('offline');
  });

  test('a connection that survived the sleep stays', async () => {
    const made = await connected();
    made.time.socket.answer('clock', { sentAt: 0, serverTime: 0 });
    made.time.wake();
    made.time.socket.answer('clock', { sentAt: 0, serverTime: 0 });
    await made.time.advance(100);
    expect(made.carillon.state).toBe('connected');
    expect(made.time.sockets).toHaveLength(1);
  });

  test('closing ends timers, waits and the socket', async () => {
    const made = await connected();
    const asked = made.carillon.channel('chat:a').history();
    const outcome = rejectionOf(asked);
    await made.carillon.close();
    expect(await outcome).toMatchObject({ code: 'closed' });
    expect(made.carillon.state).toBe('idle');
    expect(made.time.socket.isClosed).toBe(true);
    await made.time.advance(600_000);
    expect(made.time.timers).toBe(0);
    expect(made.time.sockets).toHaveLength(1);
  });

  test('a listener that throws disturbs nobody', async () => {
    const errors: string[] = [];
    const logger = { debug: () => {}, warn: () => {}, error: (text: string) => errors.push(text) };
    const made = bench({ logger });
    const heard: string[] = [];
    made.carillon.onSession(() => {
      throw new Error('mine');
    });
    made.carillon.onSession(({ user }) => heard.push(user));
    made.carillon.connect();
    await admit(made);
    expect(heard).toEqual(['ann']);
    expect(errors).toEqual(['A listener of sessions threw.']);
  });
});

describe('a token that expires', () => {
  const start = session().serverTime;

  test('is renewed within the session before it does', async () => {
    const tokens = ['one', 'two'];
    const made = await connected(
      { token: () => tokens.shift() ?? 'none' },
      { expiresAt: start + 100_000 },
    );
    await made.time.advance(79_000);
    expect(made.time.socket.requests('authenticate')).toEqual([]);
    await made.time.advance(2_000);
    expect(made.time.socket.requests('authenticate')).toEqual([{ token: 'two' }]);
    made.time.socket.answer('authenticate', { expiresAt: start + 400_000 });
    await reconnect(made);
    expect(made.time.addresses[1]?.auth.token).toBe('two');
  });

  test('adds channels, from whose start the next session goes on', async () => {
    const made = await connected({ token: () => 'same' }, { expiresAt: start + 100_000 });
    await made.time.advance(81_000);
    const late = { channel: '$tag:late', epoch: 'e1', position: 'p7', recovered: true };
    made.time.socket.answer('authenticate', { expiresAt: start + 400_000, channels: [late] });
    await reconnect(made);
    expect(made.time.addresses[1]?.auth.since).toMatchObject({ '$tag:late': 'p7' });
  });

  test('is renewed again when that fails for a while', async () => {
    const made = await connected({ token: () => 'same' }, { expiresAt: start + 100_000 });
    await made.time.advance(81_000);
    made.time.socket.refuseRequest('authenticate', { code: 'unavailable', retryable: true });
    await made.time.advance(300);
    expect(made.time.socket.requests('authenticate')).toHaveLength(2);
  });

  test('is fetched anew when it expired while offline', async () => {
    const tokens = ['one', 'two', 'three'];
    const made = await connected(
      { token: () => tokens.shift() ?? 'none' },
      { expiresAt: start + 10 },
    );
    await made.time.advance(20);
    made.time.socket.cut();
    await made.time.advance(300);
    expect(made.time.addresses[1]?.auth.token).not.toBe('one');
  });
});
