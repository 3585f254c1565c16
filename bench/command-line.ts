import { parseArgs } from 'node:util';
import type { Mode } from './scenarios/mode.js';
import type { Scenario } from './scenarios/scenario.js';
import { scenarios } from './scenarios/scenarios.js';

export interface CommandLine {
  readonly wanted: readonly Scenario[];
  readonly mode: Mode;
  readonly server: string;
  readonly profiles: string | null;
  readonly isHelp: boolean;
}

export const usage = `npm run bench -- [scenario …] [--quick | --standard] [--profile] [--server FILE]

  --quick     fewer connections, shorter windows: well under two minutes for each scenario, not to be quoted
  --standard  two rounds of A-B-B-A and shorter windows: everything in about forty minutes
              (without either: three rounds and long windows, several minutes for each scenario)
  --profile   servers write CPU profiles into .cache/bench-profiles when they stop
  --server    the built server to measure (dist/main.js)

scenarios: all when none is named
${scenarios.map(({ name, number, title }) => `  ${name.padEnd(21)} ${number.padEnd(4)} ${title}`).join('\n')}
`;

/** @throws TypeError that says what is wrong with the arguments */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      standard: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      server: { type: 'string', default: 'dist/main.js' },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => !scenarios.some((it) => it.name === name));
  if (unknown.length > 0) throw new TypeError(`There is no scenario ${unknown.join(', ')}.`);
  if (values.quick && values.standard) throw new TypeError('Give --quick or --standard, not both.');
  return {
    wanted: scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    mode: values.quick ? 'quick' : values.standard ? 'standard' : 'full',
    server: values.server,
    profiles: values.profile ? '.cache/bench-profiles' : null,
    isHelp: values.help,
  };
}
