import { expect, test } from '@jest/globals';
import { readFileSync, rmSync } from 'node:fs';
import { within } from '../support/eventually.js';
import { carillonCommand, verdictOf } from './carillon-command.js';
import { type Lie, LyingServer } from './lying-server.js';

const SMALL = ['--duration', '1s', '--rate', '60', '--subscribers', '4', '--channels', '2'];
const QUICK = ['--settle', '4s', '--reconnect', '0', '--seed', '7'];

async function verified(lie: Lie, victim: string) {
  const server = await LyingServer.start(lie, victim);
  const args = ['--url', server.url, '--token', 'any', '--json', ...SMALL, ...QUICK];
  const child = carillonCommand('verify', ...args);
  const { code } = await within('carillon verify ends', 25_000, child.exited);
  const verdict = verdictOf(child);
  return {
    code,
    verdict,
    names: [...new Set(verdict.violations.map((it) => it.invariant))].sort(),
  };
}

test('a server that keeps the promise is believed, so that what follows is about the lies alone', async () => {
  const { code, verdict } = await verified('none', 'plain1');
  expect(verdict).toMatchObject({ verdict: 'held', because: null, violations: [], seed: 7 });
  expect(verdict.deliveries.checked).toBe(verdict.publishes.acknowledged * 4);
  expect(code).toBe(0);
});

test('a loss that was told and can be refilled, as it was said, breaks nothing', async () => {
  const { code, verdict } = await verified('tells a loss and refills it', 'plain1');
  expect(verdict).toMatchObject({ verdict: 'held', violations: [] });
  expect(verdict.told).toMatchObject({ gaps: 1, byReason: { overflow: 1 }, refillsAsked: 1 });
  expect(code).toBe(0);
});

test.each<[lie: Lie, victim: string, broken: string[]]>([
  ['drops', 'plain1', ['I1', 'I6']],
  ['drops the last', 'plain1', ['I1', 'I8']],
  ['repeats', 'plain1', ['I2']],
  ['swaps', 'plain1', ['I3', 'I6']],
  ['changes', 'plain1', ['I4', 'I5']],
  ['invents', 'plain1', ['I1', 'I4', 'I5']],
  ['forgets', '', ['I1', 'I4']],
  ['stores twice', '', ['I2', 'I7']],
  ['makes an excuse', 'plain1', ['I1', 'I6']],
  ['says it is not for it', 'plain1', ['I1', 'I6']],
  ['says it is gone', 'plain1', ['I1', 'I6']],
  ['says it is gone, and goes back', 'plain1', ['I1', 'I6']],
  ['says it is gone, and goes back', 'sdk0', ['I1', 'I6']],
  ['tells a loss and does not refill it', 'plain1', ['I6']],
  ['tells a loss and does not refill it', 'sdk0', ['I6']],
  ['tells a loss and refills it with another', 'plain1', ['I4']],
  ['changes the epoch', 'plain1', ['I4', 'I6', 'I7']],
  ['says that the store lost it', 'plain1', ['I6']],
  ['says that the store lost it', 'sdk0', ['I6']],
  ['says that it stood where it never was', 'plain1', ['I6']],
  ['says that it stood where it never was', 'sdk0', ['I6']],
  ['says that it was in another epoch', 'plain1', ['I1', 'I6']],
  ['says that it was in another epoch', 'sdk0', ['I1', 'I6']],
  ['gives a position too early', 'plain1', ['I6']],
])(
  'a server that %s (%s) once is found out, by exit code and by name',
  async (lie, victim, broken) => {
    const { code, verdict, names } = await verified(lie, victim);
    expect({ code, verdict: verdict.verdict, names }).toEqual({
      ...{ code: 1, verdict: 'violated', names: broken },
    });
    // Where one reader was lied to, nobody else is blamed.
    const blamed = verdict.violations.flatMap(({ reader }) => (reader === null ? [] : [reader]));
    expect(blamed.filter((reader) => !reader.includes(victim))).toEqual([]);
    // The evidence is kept, though nobody asked for it.
    const [first = ''] = readFileSync(verdict.history ?? '', 'utf8').split('\n');
    expect(JSON.parse(first)).toMatchObject({ kind: 'verdict', verdict: 'violated' });
    rmSync(verdict.history ?? '');
  },
);
