import path from 'node:path';

/** Arguments of node, the same for every server. */
export function nodeOptions(name: string, profiles: string | null): readonly string[] {
  if (profiles === null) return [];
  return [
    '--cpu-prof',
    `--cpu-prof-dir=${path.resolve(profiles)}`,
    `--cpu-prof-name=${profileName(name)}`,
  ];
}

function profileName(name: string): string {
  return `${name}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.cpuprofile`;
}
