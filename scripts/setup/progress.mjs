import process from 'node:process';

const plainEveryMs = 10_000;

/**
 * Does some work while saying what is being waited for, and for how long: one line that is
 * rewritten each second on a terminal, a line now and then elsewhere. It goes to stderr, so that
 * stdout stays free for what a script answers.
 *
 * @param what the work, as in `installing the dependencies`
 */
export async function waiting(what, work) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const isTerminal = process.stderr.isTTY === true;
  const say = (text) => process.stderr.write(isTerminal ? `\r\x1b[2K${text}` : `${text}\n`);

  say(`· ${what}`);
  const timer = setInterval(
    () => say(`· ${what} … ${seconds()} s`),
    isTerminal ? 1000 : plainEveryMs,
  );
  try {
    const result = await work();
    clearInterval(timer);
    say(`✓ ${what} (${seconds()} s)`);
    if (isTerminal) process.stderr.write('\n');
    return result;
  } catch (error) {
    clearInterval(timer);
    say(`✗ ${what} (${seconds()} s)`);
    if (isTerminal) process.stderr.write('\n');
    throw error;
  }
}
