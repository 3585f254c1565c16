import type { Code } from '../measure/machine.js';

/** `commit 1a2b3c4 with changes, profiled`: what was measured, for people. */
export function codeText({ commit, isChanged, isOwnBuild, isProfiled }: Code): string {
  const words = [
    commit === null ? 'no checkout' : `commit ${commit}${isChanged ? ' with changes' : ''}`,
    ...(isOwnBuild ? [] : ['a server that was named']),
    ...(isProfiled ? ['profiled'] : []),
  ];
  return words.join(', ');
}
