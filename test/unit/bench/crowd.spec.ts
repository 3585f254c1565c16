import { afterEach, describe, expect, test } from '@jest/globals';
import { Crowd } from '../../../bench/load/crowd.js';
import type { Published } from '../../../bench/load/ledger.js';
import type { Audience, Return } from '../../../bench/load/orders.js';
import { type Fate, PushServer } from './push-server.js';

const STALLED = 'stalled';
const NEIGHBOUR = 'neighbour';

const servers: PushServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** A client that may stall and a neighbour beside it, each with a channel of its own. */
async function crowdAt(fate: (channel: string, number: number) => Fate): Promise<Crowd> {
  const server = new PushServer(fate);
  servers.push(server);
  const port = await server.port();
  const audience: Audience = {
    dialect: { name: 'carillon', secret: 'secret' },
    channels: [STALLED, NEIGHBOUR],
    seats: [0, 1].map((channel) => ({ port, channels: [channel] })),
    publishers: [port],
    ...{ decodedEvery: 1, mayLose: true, keeps: [1], remembers: false },
    ...{ elsewhere: [], firstUser: 0 },
  };
  const crowd = new Crowd(audience);
  await crowd.open(2);
  return crowd;
}

/** Ten messages to each of the two while the first does not read, and what came of it. */
async function stalledRun(fate: (channel: string, number: number) => Fate): Promise<Return> {
  const crowd = await crowdAt(fate);
  crowd.stall(1);
  const stream = { channels: [0, 1], groupsPerSecond: 100, groupSize: 2, bytes: 100 } as const;
  await crowd.run({ streams: [{ ...stream, priority: null }], seconds: 0.1 });
  const back = await crowd.wake();
  await crowd.close();
  return back;
}

const fourth =
  (whose: string, fate: Fate) =>
  (channel: string, number: number): Fate =>
    channel === whose && number === 3 ? fate : 'delivered';

describe('while one client does not read', () => {
  test('nothing is wrong when everybody has everything in the end', async () => {
    expect(await stalledRun(() => 'delivered')).toMatchObject({
      ...{ delivered: 10, told: 0, deprived: 0, ended: 0, faults: [] },
    });
  });

  test('it may be told of a loss', async () => {
    expect(await stalledRun(fourth(STALLED, 'told lost'))).toMatchObject({
      ...{ delivered: 9, told: 1, deprived: 1, ended: 0, faults: [] },
    });
  });

  test('its neighbour may not, and what that one lost proves nothing of the other', async () => {
    const back = await stalledRun(fourth(NEIGHBOUR, 'told lost'));
    expect(back).toMatchObject({ told: 0, deprived: 0 });
    expect(back.faults).toContainEqual(expect.stringMatching(/^a loss: .*neighbour/));
  });

  test('it may be ended, and is counted', async () => {
    expect(await stalledRun(fourth(STALLED, 'reader ended'))).toMatchObject({
      ...{ ended: 1, faults: [] },
    });
  });

  test('its neighbour may not be ended', async () => {
    const back = await stalledRun(fourth(NEIGHBOUR, 'reader ended'));
    expect(back).toMatchObject({ ended: 0 });
    expect(back.faults).toContainEqual('the server closed the connection');
  });
});

describe('a storm', () => {
  test.each([
    ['with recovery', true],
    ['without it', false],
  ])('%s tells what came during it, and what the generator used', async (_, recovers) => {
    const crowd = await crowdAt(() => 'delivered');
    const stream = { channels: [0, 1], groupsPerSecond: 100, groupSize: 2, bytes: 100 } as const;
    await crowd.run({ streams: [{ ...stream, priority: null }], seconds: 0.1 });
    await crowd.cut();
    const port = (await servers.at(-1)?.port()) ?? 0;
    const back = await crowd.storm({ port, withinMs: 10, recovers });
    await crowd.close();
    expect(back).toMatchObject({ delivered: 0, ended: 0, faults: [] });
    expect(back.generatorShare).toBeGreaterThan(0);
  });
});

describe('two processes that offer load to one server', () => {
  /** Ten messages each, to a channel of its own; one seat of the first is in both. */
  async function offered(): Promise<{ reader: Crowd; writer: Crowd; written: Published }> {
    const server = new PushServer(() => 'delivered');
    servers.push(server);
    const port = await server.port();
    const both = {
      dialect: { name: 'carillon', secret: 'secret' },
      channels: [STALLED, NEIGHBOUR],
      publishers: [port],
      ...{ decodedEvery: 1, mayLose: true, keeps: [1], remembers: false },
    } as const;
    const seats = [{ port, channels: [0, 1] }];
    const reader = new Crowd({ ...both, seats, elsewhere: [1], firstUser: 0 });
    const writer = new Crowd({ ...both, seats: [], elsewhere: [0], firstUser: 100 });
    await reader.open(1);
    await writer.open(0);
    const stream = { groupsPerSecond: 100, groupSize: 1, bytes: 100, priority: null } as const;
    const [, written] = await Promise.all([
      reader.offer({ streams: [{ ...stream, channels: [0] }], seconds: 0.1 }),
      writer.offer({ streams: [{ ...stream, channels: [1] }], seconds: 0.1 }),
    ]);
    // As it was then: it would go on counting.
    return { reader, writer, written: structuredClone(written) };
  }

  test('hold what came against what both have written', async () => {
    const { reader, writer, written } = await offered();
    const { delivered, faults } = await reader.settle(written);
    await Promise.all([reader.close(), writer.close()]);
    expect({ delivered, faults }).toEqual({ delivered: 20, faults: [] });
  });

  test('see that one more came than the other has written', async () => {
    const { reader, writer, written } = await offered();
    const tallies = written.tallies.map((tally) => ({ ...tally, count: tally.count - 1 }));
    const { faults } = await reader.settle({ ...written, tallies });
    await Promise.all([reader.close(), writer.close()]);
    expect(faults).toEqual(['1 deliveries came twice']);
  });
});
