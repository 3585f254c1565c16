import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import process from 'node:process';
import { anyEvent, anyStep, perform } from './model-steps.js';
import { ModelWorld } from './model-world.js';
import { problemsOfSchedule } from './scheduled-run.js';

/** One step of a run, as fast-check shrinks and prints it. */
class Step implements fc.AsyncCommand<object, ModelWorld> {
  constructor(private readonly step: string) {}

  check(): boolean {
    return true;
  }

  run(_model: object, world: ModelWorld): Promise<void> {
    return perform(world, this.step);
  }

  toString(): string {
    return `'${this.step}'`;
  }
}

const RUNS = Number(process.env['MODEL_RUNS'] ?? 200);
/**
 * Printed in the claim: the same number makes the same runs. Always the same by default, so that a
 * commit is judged by what it changed; `MODEL_SEED=$RANDOM MODEL_RUNS=20000` looks further.
 */
const seed = Number(process.env['MODEL_SEED'] ?? 20_261_129);

async function problemsOf(steps: readonly string[]): Promise<string[]> {
  const world = new ModelWorld();
  for (const step of steps) await perform(world, step);
  return world.end();
}

/** Runs that failed once, shrunk: each with what it taught. */
const PAST: readonly (readonly [claim: string, steps: readonly string[]])[] = [
  [
    'a skip that overtook closes nothing below it',
    [
      'publish',
      'serve 1',
      'deliver 1',
      'serve 1',
      'publish urgent silent',
      'serve 3',
      'send urgent',
      'flow',
    ],
  ],
  [
    'what a rewound history still has is not shown again',
    ['publish', 'publish', 'flow', 'cut', 'rewind 1', 'other', 'flow'],
  ],
  [
    'what was told as lost above a tear stays told when the tear is passed',
    [
      'other',
      'flow',
      'rewind 3',
      'other',
      'other urgent',
      'overflow urgent',
      'send',
      'other urgent',
      'send urgent',
      'flow',
    ],
  ],
  [
    'a retry that is slow on its way does not arrive when its first try is forgotten',
    [
      'mood unavailable, stored',
      'publish',
      'flow',
      ...['wait 9000', 'flow', 'wait 9000', 'flow', 'wait 9000', 'flow'],
      'wait 300',
      'wait 9000',
      'flow',
    ],
  ],
  [
    'nothing new is sent behind a publish that an earlier run left without an outcome',
    ['publish', 'mood limited', 'flow', 'restart', 'serve 1', 'deliver 1', 'publish'],
  ],
  [
    'that a publish was sent is in the store before it is sent',
    ['mood limited', 'publish', 'flow', 'restart', 'publish', 'flow'],
  ],
  [
    'what a server passes over is noticed with the next message',
    ['publish', 'flow', 'other', 'hole', 'other', 'flow'],
  ],
  [
    'what overtook in a history that was lost is followed by what took its place',
    ['flow', 'other', 'other urgent', 'send urgent', 'publish urgent', 'deliver 1'].concat([
      'cut',
      'rewind 3',
      'flow',
    ]),
  ],
  [
    'what is more urgent and has no outcome holds nothing that an earlier run wrote down to be sent',
    ['store slow', 'read 1', 'publish silent', 'read 1', 'write 1', 'read 1'].concat([
      ...['publish silent', 'read 1', 'write 1', 'read 1', 'publish urgent', 'read 1', 'read 1'],
      ...['write 1', 'write 1', 'serve 1', 'deliver 1', 'write 1', 'expire', 'write 1'],
      ...['deliver 1', 'write 1', 'write 1', 'reload', 'read 1', 'read 1', 'write 1'],
      ...['read 4', 'read 4', 'read 4', 'read 4', 'read 4', 'read 4', 'read 4', 'read 4'],
      ...['serve 1', 'deliver 1'],
    ]),
  ],
  [
    'what is subscribed again while its place is being written goes on from there',
    ['flow', 'other', 'store slow', 'flow', 'unsubscribe', 'subscribe', 'read 1', 'store well'],
  ],
  [
    'what a server passes over is noticed also where a lost history had something',
    ['publish', 'other', 'flow', 'publish', 'cut', 'rewind 3', 'wait 300', 'flow'].concat([
      ...['other', 'hole', 'publish', 'flow'],
    ]),
  ],
  [
    'what was shown and not written is not shown again after a reload',
    ['flow', 'store slow', 'other', 'send', 'deliver 1', 'reload', 'store well', 'flow'],
  ],
  [
    'what was left before a page went on does not take it back',
    ['flow', 'store slow', 'other', 'send', 'deliver 1', 'hide', 'store well'].concat([
      ...['other', 'flow', 'restart', 'flow'],
    ]),
  ],
  [
    'what a rewound history still has is not shown again after a reload either',
    ['publish', 'publish', 'flow', 'reload', 'rewind 1', 'other', 'flow'],
  ],
];

describe('whatever connections, answers, stores and the server do', () => {
  test.each(PAST)('%s', async (_claim, steps) => {
    expect(await problemsOf(steps)).toEqual([]);
  });

  test(
    `every publish and every message keeps its promise (MODEL_SEED=${seed})`,
    async () => {
      const steps = anyStep.map((step) => new Step(step));
      const commands = fc.commands([steps], { maxCommands: 120, size: 'max' });
      const property = fc.asyncProperty(commands, async (some) => {
        const world = new ModelWorld();
        await fc.asyncModelRun(() => ({ model: {}, real: world }), some);
        expect(await world.end()).toEqual([]);
      });
      await fc.assert(property, { numRuns: RUNS, seed });
    },
    120_000 + RUNS * 1_000,
  );

  test(
    `in whatever order reads, writes, answers and timers come to their end (MODEL_SEED=${seed})`,
    async () => {
      const events = fc.array(anyEvent, { maxLength: 40, size: 'max' });
      const property = fc.asyncProperty(fc.scheduler(), events, async (scheduler, some) => {
        expect(await problemsOfSchedule(scheduler, some)).toEqual([]);
      });
      await fc.assert(property, { numRuns: RUNS, seed });
    },
    120_000 + RUNS * 1_000,
  );
});
