import { carillon } from '../../src/carillon.js';
import { terminalOf } from '../../src/terminal/terminal.js';

/** Runs a command line in this process; what it writes is kept. */
export async function commandLine(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const streamOf = (name: 'out' | 'err') => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const terminal = terminalOf({ out: streamOf('out'), err: streamOf('err') }, true);
  const code = await carillon(args, { env, terminal, stop: new AbortController().signal });
  return { code, ...written };
}
