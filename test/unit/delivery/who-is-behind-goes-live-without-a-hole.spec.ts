import { describe, expect, jest, test } from '@jest/globals';
import type { LogEntry } from '../../../src/broker/log-entry.js';
import { genesis, type Position } from '../../../src/broker/position.js';
import { queueEntry } from '../../../src/delivery/catch-up.js';
import { EncodedMessage } from '../../../src/delivery/encoded-message.js';
import { FollowedChannel } from '../../../src/delivery/followed-channel.js';
import { Subscription } from '../../../src/delivery/subscription.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import { eventually } from '../../support/eventually.js';
import { deliveryUnderTest, told } from './delivery-under-test.js';
import { CHANNEL, message, outboxUnderTest } from './outbox-under-test.js';

/** A session that stands at the beginning of a channel that holds so many messages by now. */
async function behind(count: number, keeps = 1_000) {
  const world = deliveryUnderTest();
  const start = await world.top();
  const entries = await world.appendMany(count, { size: keeps });
  const { wire, session } = world.openSession();
  const subscription = new Subscription(session, CHANNEL, start);
  const channel = new FollowedChannel(CHANNEL, entries.at(-1) ?? start);
  return { ...world, wire, subscription, channel };
}

describe('who is behind', () => {
  test('stands at a cursor that has no message yet only where it has had none either', () => {
    const channel = new FollowedChannel(CHANNEL, genesis('0'.repeat(16), 1));
    // Of another month, its name is another one, and the place the same.
    expect(channel.isReachedBy(genesis('1'.repeat(16), 2), 0)).toBe(true);
    // It began anew, and the instance does not know it yet.
    const anew = { epoch: '2'.repeat(16), offset: 1, chain: '3'.repeat(16) };
    expect(channel.isReachedBy(anew, 0)).toBe(false);
  });

  test('goes live at the cursor and not before: what comes while it reads is read too', async () => {
    const { broker, catchUp, subscription, channel, wire, append } = await behind(5);
    const read = broker.read.bind(broker);
    jest.spyOn(broker, 'read').mockImplementationOnce(async (...query) => {
      const page = await read(...query);
      // Handed to those who are live, which this one is not yet.
      channel.cursor = await append();
      return page;
    });
    await catchUp.run(subscription, channel, 5);
    expect(told(wire.sent)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(subscription.phase).toBe('live');
  });

  test('is told what was trimmed between two pages, and goes on behind it', async () => {
    const { broker, catchUp, subscription, channel, wire, appendMany } = await behind(3);
    const read = broker.read.bind(broker);
    jest
      .spyOn(broker, 'read')
      .mockImplementationOnce((name, query) => read(name, { ...query, limit: 1 }))
      .mockImplementationOnce(async (...query) => {
        channel.cursor = (await appendMany(4, { size: 2 })).at(-1) ?? channel.cursor;
        return read(...query);
      });
    await catchUp.run(subscription, channel, 3);
    expect(told(wire.sent)).toEqual([1, { trimmed: [[2, 5]] }, 6, 7]);
  });

  test('goes on where it was when the log could not be read', async () => {
    const { broker, catchUp, subscription, channel, wire } = await behind(2);
    jest
      .spyOn(broker, 'read')
      .mockRejectedValueOnce(new CarillonError('unavailable', 'The broker is away. Try again.'));
    const caughtUp = catchUp.run(subscription, channel, 2);
    await eventually('both came', () => wire.sent.length === 2, { deadlineMs: 3_000 });
    await caughtUp;
    expect(told(wire.sent)).toEqual([1, 2]);
  });

  test('reads again when its history broke off under a page, and is told before it goes live', async () => {
    const { broker, service, append, appendMany, openSession, top } = deliveryUnderTest();
    const since = await top();
    const fork = await append();
    await appendMany(2);
    const { wire, session } = openSession();
    const joining = await service.prepare(session, CHANNEL, { since, withMessages: false });
    const read = broker.read.bind(broker);
    jest
      .spyOn(broker, 'read')
      .mockImplementationOnce(async (...query) => {
        const page = await read(...query);
        service.deliver([{ kind: 'break', channel: CHANNEL, reason: 'rewound', to: fork }]);
        return page;
      })
      .mockImplementation(async (...query) => {
        const page = await read(...query);
        return { ...page, continuity: 'rewound', resumeAt: fork, entries: [] };
      });
    joining.begin();
    await eventually('it is live', () => session.subscriptions.get(CHANNEL)?.phase === 'live', {
      deadlineMs: 3_000,
    });
    expect(told(wire.sent)).toEqual([1, 2, 3, { rewound: null }]);
  });

  test('is told of a tail that a failover took, and stands behind it', () => {
    const { wire, outbox, subscription } = outboxUnderTest();
    queue(subscription, message(3));
    const tear = message(6, { kind: 't', extra: { tear: [4, 5] } });
    queue(subscription, tear);
    outbox.flush();
    expect(told(wire.sent)).toEqual([3, { rewound: [[4, 5]] }]);
    expect(subscription.told).toMatchObject({ offset: 6 } satisfies Partial<Position>);
  });

  test.each<[string, LogEntry['extra'], string]>([
    ['its own', { own: 's1' }, 'own'],
    ['not for its user', { except: ['bob', 'ann'] }, 'excluded'],
  ])('is told which offsets are not for it: %s', (_what, extra, reason) => {
    const { wire, outbox, subscription } = outboxUnderTest();
    queue(subscription, message(1));
    queue(subscription, message(2, { extra }));
    queue(subscription, message(3));
    outbox.flush();
    expect(told(wire.sent)).toEqual([1, { [reason]: [2, 2] }, 3]);
  });
});

function queue(subscription: Subscription, { entry }: EncodedMessage): void {
  queueEntry(subscription, entry, new EncodedMessage(entry, false));
}
