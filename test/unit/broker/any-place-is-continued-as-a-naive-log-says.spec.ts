import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import process from 'node:process';
import { LogWorld } from './log-world.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 300);
/** Printed in the claim. The same by default, so that a commit is judged by what it changed. */
const seed = Number(process.env['MODEL_SEED'] ?? 20_261_129);

type Act = (world: LogWorld, first: number, second: number) => void;

const ACTS: Readonly<Record<string, Act>> = {
  append: (world, id, content) => world.append(`id ${id}`, content === 0 ? 'that' : 'this'),
  /** More ids than are remembered whatever their age. */
  flood: (world, id) => {
    for (let n = 0; n < 1_010; n += 1) world.append(`flood ${id} ${n}`, 'this');
  },
  trickle: (world, id) => {
    for (let n = 0; n < 60; n += 1) world.append(`trickle ${id} ${n}`, 'this');
  },
  again: (world, ago) => world.again(ago),
  wait: (world, seconds) => {
    world.nowMs += seconds * 1_000;
  },
  purge: (world) => world.purge(),
  empty: (world) => world.empty(),
  rewind: (world, count) => world.rewind(count),
  resume: (world, place, limit) => world.resume(place, limit + 1),
};

class Step implements fc.Command<object, LogWorld> {
  constructor(private readonly step: string) {}

  check(): boolean {
    return true;
  }

  run(_model: object, world: LogWorld): void {
    perform(world, this.step);
  }

  toString(): string {
    return `'${this.step}'`;
  }
}

function perform(world: LogWorld, step: string): void {
  const [name = '', first = '0', second = '0'] = step.split(' ');
  const act = ACTS[name];
  if (act === undefined) throw new Error(`no step is called ${name}`);
  act(world, Number(first), Number(second));
  world.compareFacts();
  expect(world.problems).toEqual([]);
}

const number = (max: number) => fc.nat(max).map(String);
const steps = [
  fc.tuple(number(30), number(5)).map(([id, content]) => `append ${id} ${content}`),
  fc.tuple(number(30), number(5)).map(([id, content]) => `append ${id} ${content}`),
  fc.tuple(number(60), number(3)).map(([place, limit]) => `resume ${place} ${limit}`),
  fc.tuple(number(60), number(3)).map(([place, limit]) => `resume ${place} ${limit}`),
  fc.constantFrom('wait 1', 'wait 20', 'wait 40', 'purge', 'empty', 'rewind 1', 'rewind 4'),
].map((step) => step.map((text) => new Step(text)));
const floods = [
  fc.constantFrom('flood 1', 'flood 2', 'trickle 1', 'trickle 2', 'trickle 3'),
  fc.constantFrom('wait 20', 'wait 40'),
  fc.tuple(fc.integer({ min: 900, max: 1_100 })).map(([ago]) => `again ${ago}`),
].map((step) => step.map((text) => new Step(text)));

test(`a resume from any place that was ever given (MODEL_SEED=${seed})`, () => {
  const commands = fc.commands(steps, { maxCommands: 150, size: 'max' });
  const property = fc.property(commands, (some) => {
    fc.modelRun(() => ({ model: {}, real: new LogWorld() }), some);
  });
  fc.assert(property, { numRuns: RUNS, seed });
}, 120_000);

test(`a repeat is stored once for as long as it was promised (MODEL_SEED=${seed})`, () => {
  const commands = fc.commands([...steps, ...floods], { maxCommands: 40, size: 'max' });
  const property = fc.property(commands, (some) => {
    fc.modelRun(() => ({ model: {}, real: new LogWorld() }), some);
  });
  fc.assert(property, { numRuns: Math.ceil(RUNS / 10), seed });
}, 120_000);

/** Runs that failed once, shrunk: each with what it taught. */
test.each([
  [
    'an entry that a copy of the log never had is not continued',
    ['append 1', 'rewind 1', 'append 2', 'resume 1 0'],
  ],
  [
    'one of the last thousand is a duplicate whatever its age',
    ['flood 1', 'wait 40', 'trickle 1', 'again 990'],
  ],
])('%s', (_claim, past) => {
  const world = new LogWorld();
  for (const step of past) perform(world, step);
});
