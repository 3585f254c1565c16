import type { Claim, ScenarioResult } from './result.js';

export type Verdict = 'met' | 'not met' | 'void' | 'smoke' | 'told';

/** Whether a claim holds. A void or quick run proves nothing either way. */
export function verdictOf({ mode, faults }: ScenarioResult, { value, goal }: Claim): Verdict {
  if (goal === null) return 'told';
  if (faults.length > 0) return 'void';
  if (mode === 'quick') return 'smoke';
  if (Number.isNaN(value.median)) return 'void';
  const holds = goal.kind === 'most' ? value.median <= goal.value : value.median >= goal.value;
  return holds ? 'met' : 'not met';
}
