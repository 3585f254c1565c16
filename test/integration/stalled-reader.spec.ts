import { beforeAll, expect, test } from '@jest/globals';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { connect } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { policyFile } from '../support/policy-file.js';
import { RawClient, rawSession } from '../support/raw-client.js';
import { tokenFor } from '../support/token.js';

const CHANNEL = 'bulk:all';
const COUNT = 1_500;
const BYTES = 8_000;

interface Heard {
  readonly offset: number;
}

interface Missing {
  readonly ranges: readonly [number, number][];
  readonly reason: string;
  readonly refill: boolean;
  readonly after: string;
}

let server: CarillonProcess;

beforeAll(async () => {
  const policy = await policyFile({
    namespaces: {
      bulk: {
        rate: { perSecond: 100_000, burst: 100_000 },
        history: { size: 5_000, maxBytes: 64 << 20 },
      },
    },
  });
  server = await startCarillon({ env: { CARILLON_CONFIG: policy } });
});

test('a reader that stops is told of what its outbox dropped, once, and history refills it', async () => {
  const reader: RawClient = await rawSession(
    server.url,
    await tokenFor(server.secret, { sub: 'slow' }),
  );
  reader.send(`421["subscribe",{"channel":"${CHANNEL}"}]`);
  await reader.packet('31[');
  const publisher = await connect(server.url, {
    token: await tokenFor(server.secret, { sub: 'ann' }),
  });
  await publisher.ask('subscribe', { channel: CHANNEL });

  reader.stopReading();
  const data = 'x'.repeat(BYTES);
  for (let n = 1; n <= COUNT; n += 1) {
    await publisher.ask('publish', { channel: CHANNEL, id: String(n), data });
  }
  // Its neighbour on the same instance was not held up.
  await publisher.until(() => publisher.received.length === COUNT, 'all at the neighbour');

  reader.readOn();
  const known = (): Set<number> => {
    const offsets = new Set<number>();
    for (const { offset } of reader.all('message') as unknown as Heard[]) offsets.add(offset);
    for (const { ranges } of reader.all('gap') as unknown as Missing[]) {
      for (const [from, to] of ranges) for (let at = from; at <= to; at += 1) offsets.add(at);
    }
    return offsets;
  };
  await eventually('everything was sent or told', () => known().size === COUNT);
  const gaps = reader.all('gap') as unknown as Missing[];
  expect(gaps.length).toBeGreaterThan(0);
  for (const { reason, refill } of gaps)
    expect({ reason, refill }).toEqual({ reason: 'overflow', refill: true });

  const [gap] = gaps;
  const first = gap?.ranges[0]?.[0];
  const page = await publisher.ask('history', { channel: CHANNEL, after: gap?.after, limit: 10 });
  expect((page['messages'] as Heard[])[0]?.offset).toBe(first);
});
