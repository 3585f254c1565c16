/** The last lines of an output: what a person can do now. */
export function nextStepsOf(steps: readonly string[]): string[] {
  return steps.length === 0 ? [] : ['  What next', ...steps.map((step) => `    - ${step}`)];
}
