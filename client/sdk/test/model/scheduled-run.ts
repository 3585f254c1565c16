import type fc from 'fast-check';
import { perform } from './model-steps.js';
import { ModelWorld } from './model-world.js';

/**
 * Lets the events happen one after another, and the scheduler decide what of the network and the store
 * comes between. Resolves with the problems, and, where there is one, with the steps that led to it.
 */
export async function problemsOfSchedule(
  scheduler: fc.Scheduler,
  events: readonly string[],
): Promise<string[]> {
  const world = new ModelWorld();
  const steps = ['store slow'];
  const offered = new Set<string>();
  const take = async (step: string) => {
    steps.push(step);
    // What is wrong by now is told at the end as well.
    await perform(world, step).catch(() => {});
    offer();
  };
  const offer = () => {
    for (const step of world.possible()) {
      if (offered.has(step)) continue;
      offered.add(step);
      const builder = async () => {
        offered.delete(step);
        await take(step);
      };
      scheduler.scheduleSequence([{ label: step, builder }]);
    }
  };
  await world.pace(true);
  offer();
  const all = events.map((step) => ({ label: step, builder: () => take(step) }));
  await scheduler.waitFor(scheduler.scheduleSequence(all).task);
  const problems = await world.end();
  return problems.length === 0 ? [] : [...problems, JSON.stringify(steps)];
}
