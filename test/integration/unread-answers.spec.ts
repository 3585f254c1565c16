import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { connect } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { policyFile } from '../support/policy-file.js';
import { rawSession } from '../support/raw-client.js';
import { tokenFor } from '../support/token.js';

const CHANNEL = 'bulk:all';
const MESSAGES = 40;
const BYTES = 8_000;
const REQUESTS = 2_000;
const MOST_GROWTH = 64 << 20;

let server: CarillonProcess;

beforeAll(async () => {
  const policy = await policyFile({
    namespaces: {
      bulk: { rate: { perSecond: 100_000, burst: 100_000 }, history: { maxBytes: 64 << 20 } },
    },
  });
  server = await startCarillon({ env: { CARILLON_CONFIG: policy } });
});

/** Bytes of the server's process that are in memory. */
async function resident(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

test('a client that asks for page after page and reads none costs little, and gets them all in the end', async () => {
  const ann = await connect(server.url, { token: await tokenFor(server.secret, { sub: 'ann' }) });
  for (let n = 1; n <= MESSAGES; n += 1) {
    await ann.ask('publish', { channel: CHANNEL, id: String(n), data: 'x'.repeat(BYTES) });
  }
  // The first page of all makes the server as large as it has to be.
  await ann.ask('history', { channel: CHANNEL, limit: 100 });
  const before = await resident();

  const greedy = await rawSession(server.url, await tokenFor(server.secret, { sub: 'greedy' }));
  greedy.stopReading();
  for (let n = 1; n <= REQUESTS; n += 1) {
    greedy.send(`42${n}["history",{"channel":"${CHANNEL}","limit":100}]`);
  }
  for (let n = 1; n <= 200; n += 1) {
    const page = await ann.ask('history', { channel: CHANNEL, limit: 1 });
    expect(page['messages']).toHaveLength(1);
    expect((await resident()) - before).toBeLessThan(MOST_GROWTH);
  }

  greedy.readOn();
  await eventually(
    'all is answered',
    () => greedy.packets.filter((packet) => packet.startsWith('3')).length === REQUESTS,
    { deadlineMs: 60_000 },
  );
}, 90_000);
