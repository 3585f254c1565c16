import { describe, expect, test } from '@jest/globals';
import { textOf } from './tracked-files.js';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

const { packages } = JSON.parse(textOf('package-lock.json')) as {
  packages: Record<string, Locked>;
};
const installed = Object.entries(packages).filter(
  ([place, { link }]) => place.includes('node_modules/') && link !== true,
);

/**
 * The first version of each without the known holes; registries differ in whether they answer
 * `npm audit`, so this is the check that always runs.
 */
const floors: Record<string, { least: string; because: string }> = {
  'socket.io': { least: '4.6.2', because: 'CVE-2024-38355: an unhandled error event' },
  'socket.io-parser': { least: '4.2.6', because: 'CVE-2026-33151: unlimited attachments' },
  'engine.io': { least: '6.4.2', because: 'CVE-2023-31125: an uncaught exception' },
  ws: { least: '8.21.0', because: 'CVE-2026-48779: memory exhausted by tiny fragments' },
  '@nestjs/platform-fastify': { least: '11.1.24', because: 'CVE-2026-54281: skipped middleware' },
};

describe.each(Object.entries(floors))('%s', (name, { least, because }) => {
  test(`is at least ${least} (${because})`, () => {
    const below = copiesOf(name).filter(([, { version }]) => isBelow(version ?? '0', least));
    expect(below.map(([place]) => place)).toEqual([]);
  });
});

test.each(['socket.io', 'socket.io-parser', 'engine.io', 'ws', 'ioredis', 'rxjs', '@nestjs/core'])(
  'there is one copy of %s',
  (name) => {
    // With two of them the server may run one and configure the other.
    expect(copiesOf(name).map(([place]) => place)).toHaveLength(1);
  },
);

test('every package is pinned to its content', () => {
  const unpinned = installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
  expect(unpinned.map(([place]) => place)).toEqual([]);
});

test('no package is pinned to a place', () => {
  const placed = installed.filter(([, { resolved }]) => resolved !== undefined);
  expect(placed.map(([place]) => place)).toEqual([]);
});

test('what we ask for by name is an exact version', () => {
  const packages = ['sdk', 'chat', 'cli'].map((name) => `client/${name}/package.json`);
  const manifests = ['package.json', ...packages];
  const ranges = manifests.flatMap((file) => {
    const { dependencies, devDependencies } = JSON.parse(textOf(file)) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string> | undefined
    >;
    return Object.entries({ ...dependencies, ...devDependencies })
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
      .map(([name, version]) => `${file}: ${name} ${version}`);
  });
  expect(ranges).toEqual([]);
});

test('an older version is seen as older', () => {
  expect(isBelow('4.6.1', '4.6.2')).toBe(true);
  expect(isBelow('4.10.0', '4.6.2')).toBe(false);
  expect(isBelow('4.6.2', '4.6.2')).toBe(false);
});

function copiesOf(name: string): [string, Locked][] {
  return installed.filter(([place]) => place.endsWith(`node_modules/${name}`));
}

function isBelow(version: string, least: string): boolean {
  const [actual, wanted] = [version, least].map((it) => it.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (actual?.[i] ?? 0) - (wanted?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
