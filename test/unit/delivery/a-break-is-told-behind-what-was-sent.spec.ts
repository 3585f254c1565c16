import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { deliveryUnderTest, told } from './delivery-under-test.js';
import { CHANNEL, type Sent } from './outbox-under-test.js';

const BIG = 40_000;

function offsetsSent(sent: readonly Sent[]): number[] {
  return sent.flatMap((one) => (one.event === 'message' ? [one.offset] : []));
}

describe('a break of the history', () => {
  test('that comes while messages wait for a slow connection is not told above them', async () => {
    const { service, append, openSession, hand, top } = deliveryUnderTest();
    const { wire, session } = openSession();
    const joining = await service.prepare(session, CHANNEL, { withMessages: true });
    joining.begin();
    wire.takes = false;
    // The first ones fill what the kernel takes; the others wait.
    for (let n = 0; n < 4; n += 1) hand(await append({}, BIG));
    expect(offsetsSent(wire.sent)).not.toContain(4);
    service.deliver([{ kind: 'break', channel: CHANNEL, reason: 'rewound', to: await top() }]);
    expect(wire.sent.filter(({ event }) => event === 'gap')).toEqual([]);

    wire.takes = true;
    wire.drain();
    await eventually('all four were sent', () => offsetsSent(wire.sent).includes(4));
    expect(offsetsSent(wire.sent)).toEqual([1, 2, 3, 4]);
    const last = wire.sent.findLast((one) => one.event === 'message');
    expect(last?.event === 'message' && last.position).toBe(4);
  });

  test('sends nothing again of what had left above what waited', async () => {
    const { service, append, openSession, hand, top } = deliveryUnderTest({
      // However long the test takes between two entries.
      JOIN_WINDOW_MS: '1000',
    });
    const { wire, session } = openSession();
    (await service.prepare(session, CHANNEL, { withMessages: true })).begin();
    wire.takes = false;
    const entries = [await append({}, BIG), await append({}, BIG), await append({}, BIG)];
    entries.push(await append({}, 1, { lane: 0 }));
    // Each by itself and all in one turn: what is urgent leaves before what waits for the window.
    for (const entry of entries) hand(entry);
    expect(offsetsSent(wire.sent)).toEqual([1, 4, 2]);
    service.deliver([{ kind: 'break', channel: CHANNEL, reason: 'rewound', to: await top() }]);
    wire.takes = true;
    wire.drain();
    await eventually('all were sent', () => offsetsSent(wire.sent).includes(3));
    expect(offsetsSent(wire.sent)).toEqual([1, 4, 2, 3]);
    expect(told(wire.sent).at(-1)).toEqual({ duplicate: [4, 4] });
  });
});
