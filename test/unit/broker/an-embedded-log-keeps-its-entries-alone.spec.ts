import { expect, test } from '@jest/globals';
import { MemoryBroker } from '../../../src/broker/memory/memory-broker.js';
import { Heard, newChannel, publication, read } from '../../contract/broker-under-test.js';

test('the last entry of a channel holds no memory of what was stored around it', async () => {
  const clock = { now: () => 1_700_000_000_000, monotonic: () => 0 };
  const broker = new MemoryBroker(clock);
  broker.start(new Heard());
  const channels = Array.from({ length: 20 }, newChannel);
  for (const channel of channels) await broker.append(publication(channel));
  for (const channel of channels) {
    const { entries } = await read(broker, channel, { last: 1 });
    const [entry] = entries;
    expect(entry?.text.buffer.byteLength).toBeLessThan((entry?.text.length ?? 0) + 300);
  }
  await broker.close();
});
