import { describe, expect, test } from '@jest/globals';
import path from 'node:path';
import { scenarios as known } from '../../../bench/scenarios/scenarios.js';
import { scenarioOf, taskOf, type Task } from '../../../bench/task.js';

interface CommandLine {
  readonly text?: string;
  readonly isOurs?: boolean;
  readonly task?: Task;
}

const root = path.resolve(import.meta.dirname, '../../..');
const { readCommandLine } = (await import(path.join(root, 'scripts/bench/command-line.mjs'))) as {
  readCommandLine(args: readonly string[]): CommandLine;
};
const { scenarios } = (await import(path.join(root, 'scripts/bench/scenarios.mjs'))) as {
  readonly scenarios: Task['scenarios'];
};

test('every scenario is listed, in the order in which they run', () => {
  expect(scenarios.map(({ name }) => name)).toEqual(known.map(({ name }) => name));
  expect(new Set(scenarios.map(({ number }) => number)).size).toBe(scenarios.length);
});

test('the bench understands what it is handed', () => {
  const { task } = readCommandLine(['hot', '--standard']);
  expect(taskOf(JSON.stringify(task))).toEqual(task);
  expect(scenarioOf('hot').name).toBe('hot');
  expect(() => taskOf(undefined)).toThrow('npm run bench');
});

describe('what is asked for', () => {
  test('is everything, in full, with the server as it is built, when nothing is said', () => {
    const { task, isOurs } = readCommandLine([]);
    expect(task).toEqual({
      scenarios,
      mode: 'full',
      server: path.join(root, 'dist/main.js'),
      isOwnBuild: true,
      profiles: null,
    });
    expect(isOurs).toBe(true);
  });

  test('may be some scenarios, which run in their order', () => {
    const { task } = readCommandLine(['hot', 'spaced', '--quick']);
    expect(task?.scenarios.map(({ name }) => name)).toEqual(['spaced', 'hot']);
    expect(task?.mode).toBe('quick');
  });

  test.each([['--server', aFile()], [`--server=${aFile()}`]])(
    'may be another server, which is not built: %s',
    (...args) => {
      const { task, isOurs } = readCommandLine(args);
      expect([task?.server, isOurs]).toEqual([aFile(), false]);
    },
  );

  test('may be words alone: help has all of the list, with numbers and titles', () => {
    const { text: list = '', task } = readCommandLine(['--list']);
    expect(task).toBeUndefined();
    for (const { name, number, title } of scenarios)
      expect(list).toMatch(new RegExp(`^  ${name} +${number} +${title}$`, 'm'));
    expect(readCommandLine(['--help']).text).toContain(list);
  });
});

describe('a mistake is told in a sentence', () => {
  test.each([
    [['spased'], 'There is no scenario spased. There are:'],
    [['--quick', '--standard'], 'Give --quick or --standard, not both.'],
    [['--server', '/nowhere/main.js'], 'There is no file /nowhere/main.js: --server takes'],
    [['--server', root], `There is no file ${root}: --server takes`],
    [['--sever', 'x'], "Unknown option '--sever'"],
  ])('%j', (args, sentence) => {
    let failure: unknown;
    try {
      readCommandLine(args);
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ message: expect.stringContaining(sentence), exitCode: 64 });
  });
});

function aFile(): string {
  return path.join(root, 'test/unit/bench/command-line.spec.ts');
}
