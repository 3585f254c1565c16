import type { Invariant } from './checker.js';
import type { Figures } from './figures.js';
import type { Judgement } from './judge.js';
import type { Plan } from './plan.js';

/** What each invariant claims, in the order in which they are told. */
export const INVARIANTS: Readonly<Record<Invariant, string>> = {
  I1: 'whatever was acknowledged came to every reader, or the loss was told',
  I2: 'nothing came twice',
  I3: 'one channel and priority came in order, as it was sent',
  I4: 'every reader saw the same message in the same place',
  I5: 'nothing came that nobody had sent, and nothing was changed',
  I6: 'no place was passed over in silence',
  I7: 'one id has one place',
  I8: 'every publish was answered, and everybody stood at the top in the end',
};

/** Everything that a run came to. `--json` prints it as it stands. */
export interface Verdict extends Judgement, Figures {
  readonly seed: number;
  /** How long the load lasted, which Ctrl-C may have shortened. */
  readonly seconds: number;
  readonly wasStopped: boolean;
  readonly plan: Plan;
  readonly urls: readonly string[];
  readonly instances: readonly string[];
  readonly connections: { readonly lost: number; readonly leftOnPurpose: number };
  readonly remarks: readonly string[];
  /** Where the whole history was written; null where it was not. */
  readonly history: string | null;
}

/** How often each invariant was broken. */
export function countsOf({ violations }: Judgement): Record<Invariant, number> {
  const counts: Record<Invariant, number> = {
    ...{ I1: 0, I2: 0, I3: 0, I4: 0 },
    ...{ I5: 0, I6: 0, I7: 0, I8: 0 },
  };
  for (const { invariant } of violations) counts[invariant] += 1;
  return counts;
}
