import { broadcast } from './broadcast.js';
import type { Command, Surroundings } from './command.js';
import { EXIT } from './exit-code.js';
import { publish } from './publish.js';
import { tail } from './tail.js';
import { nextStepsOf } from './terminal/next-steps.js';
import { token } from './token.js';
import { Unable } from './unable.js';
import { verify } from './verify/verify.js';

const COMMANDS: readonly Command[] = [verify, token, publish, tail, broadcast];

/**
 * Runs one command line. Whatever goes wrong is said with what to do about it.
 *
 * @returns the exit code
 */
export async function carillon(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { terminal } = surroundings;
  const [name = '--help', ...rest] = args;
  if (name === '--help' || name === '-h' || name === 'help') {
    terminal.print(overview());
    return EXIT.ok;
  }
  try {
    const command = COMMANDS.find((it) => it.name === name);
    if (command === undefined) {
      throw new Unable(`There is no command "${name}".`, [
        `there are ${COMMANDS.map((it) => it.name).join(', ')}: carillon --help`,
      ]);
    }
    return await command.start(rest, surroundings);
  } catch (error) {
    const steps =
      error instanceof Unable
        ? error.nextSteps
        : ['this is a fault of carillon itself: report it with what you did'];
    const said = error instanceof Unable ? error.message : String(error);
    terminal.note(['', `  ${said}`, '', ...nextStepsOf(steps), ''].join('\n'));
    return EXIT.unable;
  }
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'Usage: carillon <command> [options]',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}   ${summary}`),
    '',
    'carillon <command> --help tells what it takes. CARILLON_URL, CARILLON_TOKEN, CARILLON_SECRET and',
    'CARILLON_ADMIN_KEY stand in for the options of these names.',
    '',
    'Examples',
    '  npm start -- --nodes 3         # in one terminal: a cluster on this machine',
    '  carillon verify                # in another: watch it, and kill an instance',
    '  carillon tail chat:lobby       # what happens in the chat room',
    '',
  ].join('\n');
}
