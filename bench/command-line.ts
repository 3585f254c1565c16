import { parseArgs } from 'node:util';
import type { Scenario } from './scenarios/scenario.js';
import { scenarios } from './scenarios/scenarios.js';

export interface CommandLine {
  readonly wanted: readonly Scenario[];
  readonly isQuick: boolean;
  readonly server: string;
  readonly profiles: string | null;
  readonly isHelp: boolean;
}

export const usage = `npm run bench -- [scenario …] [--quick] [--profile] [--server FILE]

  --quick     fewer connections, shorter windows: under two minutes, not to be quoted
  --profile   servers write CPU profiles into .cache/bench-profiles when they stop
  --server    the built server to measure (dist/main.js)

scenarios: all when none is named
${scenarios.map(({ name, title }) => `  ${name.padEnd(11)} ${title}`).join('\n')}
`;

/** @throws TypeError that says what is wrong with the arguments */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      server: { type: 'string', default: 'dist/main.js' },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => !scenarios.some((it) => it.name === name));
  if (unknown.length > 0) throw new TypeError(`There is no scenario ${unknown.join(', ')}.`);
  return {
    wanted: scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    isQuick: values.quick,
    server: values.server,
    profiles: values.profile ? '.cache/bench-profiles' : null,
    isHelp: values.help,
  };
}
