import { describe, expect, test } from '@jest/globals';
import { Ledger, type Published, publishedByBoth } from '../../../bench/load/ledger.js';
import { NONE, Tally } from '../../../bench/load/tally.js';

const none = (): Tally[] => [new Tally(), new Tally()];

function publishedTo(
  channel: number,
  numbers: Iterable<number>,
  unknown: number[] = [],
): Published {
  const tallies = none();
  for (const number of numbers) tallies[channel]?.add(number);
  return { tallies, unknown };
}

function ledgerOf({ mayLose = false } = {}): Ledger {
  const ledger = new Ledger([0, 1], mayLose);
  ledger.begin(none());
  return ledger;
}

const hundred = Array.from({ length: 100 }, (_, number) => number);
const nothing = { lost: 0, repeated: 0, swapped: 0 };

/** What a seat says of each number in turn. */
function bring(ledger: Ledger, numbers: Iterable<number>, channel = 0): string[] {
  return [...numbers].flatMap((number) => ledger.note(channel, number) ?? []);
}

describe('what one seat was brought', () => {
  test('is in order when all of it came', () => {
    const ledger = ledgerOf();
    expect(bring(ledger, hundred)).toEqual([]);
    expect(ledger.compare(publishedTo(0, hundred))).toEqual(nothing);
    expect(ledger.accounted).toBe(ledger.due(publishedTo(0, hundred).tallies));
  });

  test('is not when one is lost and another comes twice, though the count is right', () => {
    const ledger = ledgerOf({ mayLose: true });
    const came = hundred.flatMap((number) =>
      number === 40 ? [] : number === 60 ? [60, 60] : number,
    );
    expect(came).toHaveLength(100);
    expect(bring(ledger, came)).toEqual(['message 60 after 60 in channel 0']);
    expect(ledger.compare(publishedTo(0, hundred))).toEqual({ ...nothing, swapped: 1 });
  });

  test('is not when two are lost and two come twice whose numbers have the same sum', () => {
    const ledger = ledgerOf({ mayLose: true });
    bring(ledger, [...hundred.filter((number) => number !== 10 && number !== 40), 20, 30]);
    expect(ledger.compare(publishedTo(0, hundred))).toEqual({ ...nothing, swapped: 1 });
  });

  test('is not when it changed places', () => {
    expect(bring(ledgerOf(), [0, 2, 1])).toEqual([
      'message 2 after 0 in channel 0',
      'message 1 after 2 in channel 0',
    ]);
  });

  test('is known for each channel: one too many in one does not make up for another', () => {
    const ledger = ledgerOf();
    bring(ledger, [0, 1, 2]);
    const [first = NONE] = publishedTo(0, [0, 1]).tallies;
    const [, second = NONE] = publishedTo(1, [0]).tallies;
    expect(ledger.compare({ tallies: [first, second], unknown: [] })).toEqual({
      lost: 1,
      repeated: 1,
      swapped: 0,
    });
  });

  test('is only what it joined', () => {
    expect(bring(ledgerOf(), [7], 5)).toEqual(['message 7 of channel 5, which it had not joined']);
  });

  test('does not begin before it came', () => {
    const ledger = new Ledger([0], false);
    ledger.begin(publishedTo(0, [0, 1, 2]).tallies);
    expect(bring(ledger, [3, 4])).toEqual([]);
    expect(ledger.compare(publishedTo(0, [0, 1, 2, 3, 4]))).toEqual(nothing);
  });

  test('is still counted when it begins anew and is owed nothing of what was before', () => {
    const ledger = ledgerOf();
    bring(ledger, [0, 1]);
    ledger.begin(publishedTo(0, [0, 1]).tallies);
    expect([ledger.came, ledger.accounted]).toEqual([2, 0]);
    bring(ledger, [2]);
    expect([ledger.came, ledger.accounted]).toEqual([3, 1]);
  });

  test('does not count what was told to be lost as something that came', () => {
    const ledger = ledgerOf({ mayLose: true });
    bring(ledger, [0]);
    ledger.lose(0, 3);
    expect([ledger.came, ledger.accounted]).toEqual([1, 4]);
  });

  test('may lack what was told to be lost, and no more', () => {
    const ledger = ledgerOf({ mayLose: true });
    expect(bring(ledger, [0, 3])).toEqual([]);
    ledger.lose(0, 2);
    expect(ledger.compare(publishedTo(0, [0, 1, 2, 3]))).toEqual(nothing);
    expect(ledger.compare(publishedTo(0, [0, 1, 2, 3, 4]))).toEqual({ ...nothing, lost: 1 });
  });

  test('may hold what nobody knows the fate of', () => {
    const ledger = ledgerOf({ mayLose: true });
    bring(ledger, [0, 1]);
    expect(ledger.compare(publishedTo(0, [0], [1]))).toEqual(nothing);
    expect(ledger.compare(publishedTo(0, [0]))).toEqual({ ...nothing, repeated: 1 });
  });

  test('holds what was refused in the place of what was not', () => {
    const ledger = ledgerOf({ mayLose: true });
    bring(ledger, [0, 1]);
    expect(ledger.compare(publishedTo(0, [0, 2]))).toEqual({ ...nothing, swapped: 1 });
  });
});

describe('what was published by two', () => {
  const own = publishedTo(0, hundred, [3, 0]);

  test('is of each channel what its writer says', () => {
    const others = publishedTo(1, [0, 1], [0, 7]);
    const both = publishedByBoth(own, [1], others);
    expect(both.tallies).toEqual([own.tallies[0], others.tallies[1]]);
    expect(both.unknown).toEqual([3, 7]);
  });

  test('is missed when it did not come, whoever wrote it', () => {
    const ledger = ledgerOf({ mayLose: true });
    bring(ledger, hundred);
    bring(ledger, [0, 1, 3], 1);
    const both = publishedByBoth(own, [1], publishedTo(1, [0, 1, 2, 3]));
    expect(ledger.compare(both)).toEqual({ ...nothing, lost: 1 });
  });

  test('is nothing where its writer has not said it yet', () => {
    const { tallies } = publishedByBoth(own, [0], null);
    expect(tallies).toEqual([NONE, own.tallies[1]]);
  });
});
