import { beforeAll, expect, test } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import type { TestClient } from '../support/client.js';
import { describeWithRedis } from '../support/requires.js';
import { session, startCluster } from './cluster.js';

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** Each is sent at every instance and must come out of every instance as it went in. */
const payloads: Readonly<Record<string, unknown>> = {
  text: 'Grüße \u2028 „quoted" \\ 日本語 🔔\u0000\r\n</script>',
  'empty text': '',
  null: null,
  zero: 0,
  'nested JSON': {
    list: [1, -2.5, 1e21, true, false, null, [[['deep']]], {}],
    'ключ "a"\n': { '': 'empty key', '1': 'number key' },
    own: JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as unknown,
  },
  binary: everyByte,
  'empty binary': Buffer.alloc(0),
  'nested binary': {
    before: 'x',
    parts: Array.from({ length: 8 }, (_, part) => everyByte.subarray(part)),
    after: [null, { n: 1 }],
  },
  'large binary': Buffer.alloc(60_000, everyByte),
  'large text': '🔔é'.repeat(10_000),
};

describeWithRedis('between every two of three instances', () => {
  let clients: readonly TestClient[];

  beforeAll(async () => {
    const cluster = await startCluster();
    clients = await Promise.all(
      cluster.all.map((server, index) => session(server, `user-${index}`)),
    );
    expect(new Set(clients.map((client) => client.session.instance)).size).toBe(3);
  });

  test.each(Object.keys(payloads))('%s crosses unchanged', async (kind) => {
    const channel = `chat:${kind.replace(' ', '-')}`;
    const data = payloads[kind];
    for (const client of clients) await client.ask('subscribe', { channel });
    const replies = await Promise.all(
      clients.map((client, from) =>
        client.ask('publish', { channel, id: `from-${from}`, data, headers: { kind } }),
      ),
    );
    for (const [to, client] of clients.entries()) {
      const here = () => client.received.filter((message) => message.channel === channel);
      await client.until(() => here().length === 3, `three messages at ${to}`);
      expect(here().map(({ offset }) => offset)).toEqual([1, 2, 3]);
      for (const [from, reply] of replies.entries()) {
        const message = here().find(({ id }) => id === `from-${from}`);
        expect(message).toMatchObject({
          offset: reply.offset,
          at: reply.at,
          from: { user: `user-${from}` },
          headers: { kind },
        });
        // Not toEqual, which overlooks prototypes and own `__proto__` keys.
        expect(isDeepStrictEqual(message?.data, data)).toBe(true);
      }
    }
  });

  test('what came back from the history is unchanged too', async () => {
    for (const [kind, data] of Object.entries(payloads)) {
      const channel = `chat:${kind.replace(' ', '-')}`;
      for (const client of clients) {
        const { messages } = await client.ask('history', { channel, limit: 1 });
        expect(messages.length).toBe(1);
        expect(isDeepStrictEqual(messages[0]?.data, data)).toBe(true);
      }
    }
  });
});
