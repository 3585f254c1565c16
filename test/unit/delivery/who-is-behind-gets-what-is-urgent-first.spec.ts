import { describe, expect, test } from '@jest/globals';
import type { LogEntry } from '../../../src/broker/log-entry.js';
import { eventually } from '../../support/eventually.js';
import { deliveryUnderTest, told, turns } from './delivery-under-test.js';
import { CHANNEL, type HeldWire, type Sent } from './outbox-under-test.js';

const KEEPS = { size: 1_000, maxBytes: 16_777_216 };

/** A session that resumes behind so many messages of 1,000 bytes, of which its kernel takes none yet. */
async function resuming(count: number) {
  const world = deliveryUnderTest();
  const since = await world.top();
  // Followed by somebody else: what is announced is handed on here.
  const other = world.openSession();
  (await world.service.prepare(other.session, CHANNEL, { withMessages: true })).begin();
  world.hand(...(await world.appendMany(count, KEEPS, 1_000)));
  const { wire, session } = world.openSession();
  wire.takes = false;
  const joining = await world.service.prepare(session, CHANNEL, { since, withMessages: false });
  joining.begin();
  await turns();
  const urgent = async (ttlMs = 0): Promise<LogEntry> => {
    const entry = await world.append(KEEPS, 1, { lane: 0, ttlMs });
    world.hand(entry);
    await turns();
    return entry;
  };
  const drain = async (until: () => boolean): Promise<void> => {
    await eventually('it came', () => {
      wire.drain();
      return until();
    });
  };
  return { ...world, wire, session, urgent, drain };
}

const offsets = (wire: HeldWire): number[] =>
  wire.sent.flatMap((one) => (one.event === 'message' ? [one.offset] : []));

describe('who is behind', () => {
  test('gets all of a long backlog, however slowly it reads, and nothing is dropped', async () => {
    const { wire, drain } = await resuming(900);
    expect(wire.sent.length).toBeLessThan(200);
    await drain(() => offsets(wire).length >= 900);
    expect(told(wire.sent)).toEqual(Array.from({ length: 900 }, (_, n) => n + 1));
  });

  test('gets what is urgent before the rest of its backlog, and its offset told when its turn comes', async () => {
    const { wire, urgent, drain } = await resuming(900);
    const sentBefore = wire.sent.length;
    await urgent();
    await drain(() => offsets(wire).includes(901));
    const at = offsets(wire).indexOf(901);
    expect(at).toBeLessThan(sentBefore + 100);
    expect(wire.sent.find((one) => one.event === 'message' && one.offset === 901)).toMatchObject({
      position: null,
    });
    await drain(() => wire.sent.length >= 902);
    const rest = Array.from({ length: 900 }, (_, n) => n + 1);
    const isRest = (one: Sent): boolean => one.event === 'message' && one.offset !== 901;
    expect(told(wire.sent.filter(isRest))).toEqual(rest);
    // Its lane is above theirs, so it may pass what waits with it at the end; but not what is still to be read.
    expect(told(wire.sent.filter(({ event }) => event !== 'message'))).toEqual([
      { duplicate: [901, 901] },
    ]);
    const toldAt = wire.sent.findIndex(({ event }) => event === 'skip');
    expect(toldAt).toBeGreaterThan(850);
  });

  test('gets what is urgent in order, also when an older one waits in its backlog', async () => {
    const { urgent, hand, append, appendMany, openSession, service, top } = await resuming(1);
    const since = await top();
    hand(...(await appendMany(300, KEEPS, 1_000)));
    const older = await append(KEEPS, 1, { lane: 0 });
    hand(older, ...(await appendMany(300, KEEPS, 1_000)));
    // Else it is still being handed on, to who comes now too.
    await turns();
    const late = openSession();
    late.wire.takes = false;
    (await service.prepare(late.session, CHANNEL, { since, withMessages: false })).begin();
    await turns();
    const newer = [await urgent(), await urgent()];
    await eventually('all came', () => {
      late.wire.drain();
      return offsets(late.wire).length === 603;
    });
    const wanted = [older, ...newer].map(({ offset }) => offset);
    expect(offsets(late.wire).filter((offset) => wanted.includes(offset))).toEqual(wanted);
    expect(offsets(late.wire).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 603 }, (_, n) => n + 2),
    );
  });

  test('goes live behind what it was sent before its turn', async () => {
    const { wire, urgent, drain, append, hand, session } = await resuming(300);
    await urgent();
    await drain(() => session.subscriptions.get(CHANNEL)?.phase === 'live');
    wire.takes = true;
    wire.drain();
    hand(await append());
    await eventually('the next came', () => offsets(wire).includes(302));
    expect(offsets(wire).filter((offset) => offset === 301)).toEqual([301]);
    expect(told(wire.sent)).toContainEqual({ duplicate: [301, 301] });
    expect(told(wire.sent).at(-1)).toBe(302);
  });

  test('gets what expired before it could leave told once, in its turn', async () => {
    const { wire, urgent, drain } = await resuming(300);
    const { at } = await urgent(1);
    await eventually('it has expired', () => Date.now() > at + 1);
    await drain(() => wire.sent.length >= 301);
    const backlog = Array.from({ length: 300 }, (_, n) => n + 1);
    expect(offsets(wire)).toEqual(backlog);
    expect(told(wire.sent).filter((one) => typeof one !== 'number')).toEqual([
      { expired: [301, 301] },
    ]);
  });

  test('gets in its turn what was dropped before it could overtake', async () => {
    const { wire, urgent, drain, session } = await resuming(300);
    await urgent();
    const subscription = session.subscriptions.get(CHANNEL);
    // Read anew from where it was last told, as after a break.
    if (subscription) session.outbox.forget(subscription);
    await drain(() => offsets(wire).includes(301));
    expect(offsets(wire).filter((offset) => offset === 301)).toEqual([301]);
    expect(wire.sent.some((one) => one.event === 'skip')).toBe(false);
  });
});
