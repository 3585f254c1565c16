import type { Given, Options } from './options/option.js';
import { type Env, readOptions } from './options/read-options.js';
import { helpOf } from './options/help.js';
import type { Terminal } from './terminal/terminal.js';

/** What a command may touch of its surroundings. */
export interface Surroundings {
  readonly env: Env;
  readonly terminal: Terminal;
  /** Aborted by the first Ctrl-C: come to an end, and tell what there is to tell. */
  readonly stop: AbortSignal;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Resolves with the exit code. */
  start(args: readonly string[], surroundings: Surroundings): Promise<number>;
}

export interface CommandParts<O extends Options> {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What stands beside the options: `<channel> <data>`. */
  readonly takes?: string;
  /** What it does, for its own help. */
  readonly description: readonly string[];
  readonly options: O;
  readonly examples: readonly string[];
  run(given: Given<O>, words: readonly string[], surroundings: Surroundings): Promise<number>;
}

/** A command whose options, help and reading come from one table. */
export function command<O extends Options>(parts: CommandParts<O>): Command {
  return {
    name: parts.name,
    summary: parts.summary,
    async start(args, surroundings) {
      const { given, words, wantsHelp } = readOptions(parts.options, args, surroundings.env);
      if (wantsHelp) {
        surroundings.terminal.print(helpOf(parts));
        return 0;
      }
      return parts.run(given, words, surroundings);
    },
  };
}
