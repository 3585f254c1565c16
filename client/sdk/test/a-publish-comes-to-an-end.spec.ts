import { describe, expect, test } from '@jest/globals';
import { type Bench, bench, connected, reconnect } from './support/client.js';
import { LOBBY, session } from './support/wire-examples.js';

const { limits, serverTime } = session();
const HOUR_MS = 3_600_000;

/** What became of a publish so far. A promise that is awaited could only say that nothing did. */
function watched(published: Promise<unknown>): unknown[] {
  const ends: unknown[] = [];
  published.then(
    () => ends.push('stored'),
    ({ code, outcome }: { code: unknown; outcome: unknown }) => ends.push({ code, outcome }),
  );
  return ends;
}

function publishes({ time }: Bench): string[] {
  return time.sockets.flatMap((socket) => socket.requests('publish').map(({ id }) => id));
}

describe('a publish', () => {
  test('that the server may have forgotten is not sent again, and is unknown', async () => {
    const made = await connected();
    const ends = watched(made.carillon.channel(LOBBY).publish('a', { id: 'x' }));
    await made.time.settle();
    await reconnect(made, { serverTime: serverTime + HOUR_MS });
    expect(publishes(made)).toEqual(['x']);
    expect(ends).toEqual([{ code: 'unavailable', outcome: 'unknown' }]);
  });

  test('that nobody answers ends before the server may have forgotten it', async () => {
    const made = await connected({}, { limits: { ...limits, dedupSeconds: 30 } });
    const ends = watched(made.carillon.channel(LOBBY).publish('a', { id: 'x' }));
    await made.time.advance(18_000);
    expect(ends).toEqual([]);
    await made.time.advance(12_000);
    expect(ends).toEqual([{ code: 'unavailable', outcome: 'unknown' }]);
    expect(new Set(publishes(made))).toEqual(new Set(['x']));
  });

  test('that is one too many is refused at once, by number and by bytes', async () => {
    const full = [{ code: 'overloaded', outcome: 'failed' }];
    const few = bench({ outbox: { messages: 2 } }).carillon.channel(LOBBY);
    const ends = ['a', 'b', 'c'].map((id) => watched(few.publish(id, { id })));
    const small = bench({ outbox: { bytes: 10 } });
    const long = watched(small.carillon.channel(LOBBY).publish('x'.repeat(9)));
    await small.time.settle();
    expect([...ends, long]).toEqual([[], [], full, full]);
  });

  test('that was refused for now is tried again under its id', async () => {
    const made = await connected();
    const ends = watched(made.carillon.channel(LOBBY).publish('a', { id: 'x' }));
    await made.time.settle();
    made.time.socket.refuseRequest('publish', { code: 'overloaded', retryable: true });
    await made.time.advance(300);
    expect(publishes(made)).toEqual(['x', 'x']);
    expect(ends).toEqual([]);
  });

  test('tells of a try that the server could not confirm and that had stored nothing', async () => {
    expect(await unconfirmedThen(false)).toMatchObject({ duplicate: false, refusals: 1 });
  });

  test('tells nothing of a try that the server could not confirm and that had stored it', async () => {
    expect(await unconfirmedThen(true)).toMatchObject({ duplicate: true, refusals: 0 });
  });

  test('tells nothing of a try that was cut off: what followed it was cut off, too', async () => {
    const made = await connected();
    const publish = made.carillon.channel(LOBBY).publish('a', { id: 'x' });
    await made.time.settle();
    await reconnect(made);
    const place = { id: 'x', channel: LOBBY, epoch: 'e1', offset: 1, at: 1 };
    made.time.socket.answer('publish', { ...place, duplicate: false });
    expect(await publish).toMatchObject({ duplicate: false, refusals: 0 });
  });
});

/** What a publish resolves with whose first try the server could not confirm. */
async function unconfirmedThen(duplicate: boolean) {
  const made = await connected();
  const publish = made.carillon.channel(LOBBY).publish('a', { id: 'x' });
  await made.time.settle();
  made.time.socket.refuseRequest('publish', { code: 'unavailable', retryable: true });
  await made.time.advance(300);
  const place = { id: 'x', channel: LOBBY, epoch: 'e1', offset: 1, at: 1 };
  made.time.socket.answer('publish', { ...place, duplicate });
  return publish;
}
