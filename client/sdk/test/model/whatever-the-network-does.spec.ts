import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import process from 'node:process';
import { anyStep, perform } from './model-steps.js';
import { ModelWorld } from './model-world.js';

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

const RUNS = Number(process.env['MODEL_RUNS'] ?? 150);
const seed = Number(process.env['MODEL_SEED'] ?? Date.now() % 2 ** 31);

describe('whatever connections, answers, stores and the server do', () => {
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
});
