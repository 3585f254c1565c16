import { statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../setup/root.mjs';
import { SetupError } from '../setup/run.mjs';
import { scenarios } from './scenarios.mjs';

const built = 'dist/main.js';
const profiles = '.cache/bench-profiles';

/** What there is: name, number and title of each scenario, a line for each. */
export const list = scenarios
  .map(({ name, number, title }) => `  ${name.padEnd(21)} ${number.padEnd(4)} ${title}\n`)
  .join('');

export const help = `npm run bench -- [scenario …] [--quick | --standard] [--profile] [--server FILE]

  --quick     fewer connections, shorter windows: well under two minutes for each scenario, about ten for
              all; not to be quoted
  --standard  two rounds of A-B-B-A and shorter windows: two to eight minutes for each, about sixty for all
              (without either: three rounds and long windows, up to half an hour for each)
  --profile   servers write CPU profiles into ${profiles} when they stop
  --server    the built server to measure, as it is (${built}, built anew)
  --list      tells the scenarios and runs nothing

Tables and verdicts are printed; JSON and charts go to bench/results/. Needs redis-server on the PATH (or its file
in REDIS_SERVER), 20,000 open files and an otherwise idle machine; centrifugo joins in when it is on the PATH.
Exit code: 0 when every scenario counts, whether its lines are met or not; 1 when one is void or failed;
64 when it was asked for wrongly.

scenarios: all when none is named
${list}`;

/**
 * What is wanted. Reads nothing but the arguments, and looks whether a server that is named is there.
 *
 * @returns what to print instead of a run, as `text`; or the `task` that the bench is handed, and whether
 *   the server `isOurs` to build
 * @throws SetupError that says what is wrong with the arguments
 */
export function readCommandLine(args) {
  const { values, positionals } = parsed(args);
  if (values.help) return { text: help };
  if (values.list) return { text: list };
  const unknown = positionals.filter((name) => !scenarios.some((it) => it.name === name));
  if (unknown.length > 0) {
    throw wrong(`There is no scenario ${unknown.join(', ')}. There are:\n\n${list}`);
  }
  if (values.quick && values.standard) throw wrong('Give --quick or --standard, not both.');
  if (values.server !== undefined && !isFile(values.server)) {
    throw wrong(`There is no file ${path.resolve(values.server)}: --server takes a built server.`);
  }
  return {
    isOurs: values.server === undefined,
    task: {
      scenarios: scenarios.filter(
        ({ name }) => positionals.length === 0 || positionals.includes(name),
      ),
      mode: values.quick ? 'quick' : values.standard ? 'standard' : 'full',
      server: values.server === undefined ? path.join(root, built) : path.resolve(values.server),
      isOwnBuild: values.server === undefined,
      profiles: values.profile ? profiles : null,
    },
  };
}

function parsed(args) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...{ quick: { type: 'boolean' }, standard: { type: 'boolean' } },
        ...{ profile: { type: 'boolean' }, server: { type: 'string' } },
        ...{ list: { type: 'boolean' }, help: { type: 'boolean' } },
      },
    });
  } catch (error) {
    throw wrong(`${error.message}\n\n${help}`);
  }
}

function isFile(file) {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/** A failure of whoever called, with the exit code that is meant for it. */
function wrong(message) {
  const error = new SetupError(message);
  error.exitCode = 64;
  return error;
}
