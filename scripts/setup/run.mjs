import { spawn } from 'node:child_process';
import process from 'node:process';
import { root } from './root.mjs';

const outputKept = 16_384;

/** A failure whose message is all that a person needs: scripts print it without a stack. */
export class SetupError extends Error {
  /** What the script exits with. */
  exitCode = 1;
}

/**
 * Runs a program quietly and to its end. Its output is shown only when it fails.
 *
 * @throws SetupError with the last lines of output
 */
export async function run(command, args, { env = process.env, cwd = root } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-outputKept);
    });
  }
  const ended = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? null : `ended with ${code ?? signal}`),
    );
  });
  if (ended !== null) {
    throw new SetupError(`${[command, ...args].join(' ')}: ${ended}\n${output.trimEnd()}`);
  }
  return output;
}

/** Runs the body of a script; a failure becomes its message on stderr and an exit code. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
    process.exitCode = error.exitCode ?? 1;
  }
}
