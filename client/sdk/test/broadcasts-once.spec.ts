import { describe, expect, test } from '@jest/globals';
import { connected } from './support/client.js';
import { Disk } from './support/disk.js';
import { following } from './support/following.js';
import { LOBBY, message } from './support/wire-examples.js';

const told = { id: 'b1', receipt: 'none' as const };

describe('a broadcast', () => {
  test('copies of a broadcast are shown once, wherever they come', async () => {
    const made = await connected();
    const { offsets } = await following(made);
    const heard: number[] = [];
    made.carillon.onBroadcast(({ offset }) => heard.push(offset));
    made.time.socket.push(
      'message',
      message(1, { channel: '$everyone', broadcast: told, data: 'told' }),
    );
    made.time.socket.push(
      'message',
      message(1, { channel: '$user:ann', broadcast: told, data: 'told' }),
    );
    made.time.socket.push('message', message(7, { broadcast: told, data: 'told' }));
    made.time.socket.push('message', message(8));
    expect([heard, offsets]).toEqual([[1], [8]]);
  });

  test('a broadcast of the same id with other content is another one', async () => {
    const made = await connected();
    const { offsets } = await following(made);
    for (const [offset, data] of ['one', 'two', 'one'].entries()) {
      made.time.socket.push('message', message(offset + 1, { broadcast: told, data }));
    }
    expect(offsets).toEqual([1, 2]);
  });

  test('a broadcast is shown again where its channel is read again from before it', async () => {
    const made = await connected();
    const { channel, offsets } = await following(made);
    made.time.socket.push('message', message(1, { broadcast: told, data: 'told' }));
    void channel.unsubscribe();
    await made.time.settle();
    made.time.socket.answer('unsubscribe', { channel: LOBBY });
    void channel.subscribe();
    await made.time.settle();
    const start = { channel: LOBBY, epoch: 'e1', recovered: true, behind: 0 };
    const messages = [message(1, { broadcast: told, data: 'told' }), message(2)];
    made.time.socket.answer('subscribe', { ...start, position: 'p2', messages });
    await made.time.settle();
    expect(offsets).toEqual([1, 1, 2]);
  });

  test('copies of a broadcast are shown once, also when the other one comes after a restart', async () => {
    const disk = new Disk();
    const store = disk.run();
    const first = await connected({ store });
    const before = await following(first, { durable: true });
    first.time.socket.push('message', message(7, { broadcast: told, data: 'told' }));
    await first.time.settle();
    expect(before.offsets).toEqual([7]);
    store.crash();

    const second = await connected({ store: disk.run() });
    const heard: number[] = [];
    second.carillon.onBroadcast(({ offset }) => heard.push(offset));
    second.time.socket.push(
      'message',
      message(1, { channel: '$everyone', broadcast: told, data: 'told' }),
    );
    second.time.socket.push('message', message(2, { channel: '$everyone' }));
    expect(heard).toEqual([2]);
  });

  test('a broadcast that nobody keeps the place of is shown again by a rewind after a restart', async () => {
    const disk = new Disk();
    const store = disk.run();
    const first = await connected({ store });
    await following(first);
    first.time.socket.push('message', message(7, { broadcast: told, data: 'told' }));
    await first.time.settle();
    store.crash();

    const second = await connected({ store: disk.run() });
    const { offsets } = await following(second);
    second.time.socket.push('message', message(7, { broadcast: told, data: 'told' }));
    expect(offsets).toEqual([7]);
  });
});
