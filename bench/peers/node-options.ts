import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StartOptions } from './peer.js';

const PROBE = pathToFileURL(path.resolve(import.meta.dirname, '../probe/main.js')).href;

/** Arguments of node, the same for every server. */
export function nodeOptions(
  name: string,
  { profiles, isProbed }: Pick<StartOptions, 'profiles' | 'isProbed'>,
): readonly string[] {
  return [
    ...(isProbed ? ['--expose-gc', '--import', PROBE] : []),
    ...(profiles === null ? [] : profiling(name, profiles)),
  ];
}

function profiling(name: string, folder: string): readonly string[] {
  const at = new Date().toISOString().replaceAll(/[:.]/g, '-');
  return [
    '--cpu-prof',
    `--cpu-prof-dir=${path.resolve(folder)}`,
    `--cpu-prof-name=${name}-${at}.cpuprofile`,
  ];
}
