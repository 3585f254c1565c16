import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Unable } from '../unable.js';
import type { Given, Options } from './option.js';

export type Env = Readonly<Record<string, string | undefined>>;

export interface Read<O extends Options> {
  readonly given: Given<O>;
  /** What stands beside the options, in order. */
  readonly words: readonly string[];
  readonly wantsHelp: boolean;
}

/**
 * Reads a command line; what is absent there is taken from the environment.
 *
 * @throws Unable for an option that there is not, or that lacks its value
 */
export function readOptions<O extends Options>(
  options: O,
  args: readonly string[],
  env: Env,
): Read<O> {
  const { values, positionals } = parse(options, args);
  const given: Record<string, unknown> = {};
  for (const [name, { takes, many, from, default: otherwise }] of Object.entries(options)) {
    const fallback = from === undefined || env[from] === '' ? otherwise : (env[from] ?? otherwise);
    const value = values[name];
    if (takes === undefined) given[name] = value === true;
    else if (many === true) given[name] = listOf(value ?? fallback);
    else given[name] = value ?? fallback;
  }
  // Every name of `options` was set just now, by the type that it declares.
  return { given: given as Given<O>, words: positionals, wantsHelp: values['help'] === true };
}

function parse(options: Options, args: readonly string[]) {
  const config: NonNullable<ParseArgsConfig['options']> = {
    help: { type: 'boolean', short: 'h' },
  };
  for (const [name, { takes, many }] of Object.entries(options)) {
    config[name] = {
      type: takes === undefined ? 'boolean' : 'string',
      ...(many === true ? { multiple: true } : {}),
    };
  }
  try {
    return parseArgs({ args: [...args], options: config, allowPositionals: true });
  } catch (cause) {
    // The parser's first sentence names the option; the rest is about its own notation.
    const [sentence = 'The options cannot be read.'] = String(cause)
      .replace(/^\w*Error[^:]*: /, '')
      .split(/(?<=\.) |\n/);
    throw new Unable(sentence, ['add --help to see what there is'], { cause });
  }
}

function listOf(value: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value ?? ''];
  return items
    .flatMap((item) => String(item).split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
