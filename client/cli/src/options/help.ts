import type { Option, Options } from './option.js';

export interface Helped {
  readonly name: string;
  readonly takes?: string;
  readonly description: readonly string[];
  readonly options: Options;
  readonly examples: readonly string[];
}

/** What `carillon <command> --help` prints. */
export function helpOf({ name, takes, description, options, examples }: Helped): string {
  const rows = [
    ...Object.entries(options).map(([option, it]): [string, string] => [
      `--${option}${it.takes === undefined ? '' : ` ${it.takes}`}`,
      textOf(it),
    ]),
    ['-h, --help', 'print this'] as const,
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `Usage: carillon ${name}${takes === undefined ? '' : ` ${takes}`} [options]`,
    '',
    ...description,
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`),
    '',
    'Examples',
    ...examples.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

function textOf({ help, many, from, default: otherwise }: Option): string {
  const notes = [
    ...(otherwise === undefined ? [] : [`default ${otherwise}`]),
    ...(many === true ? ['several allowed'] : []),
    ...(from === undefined ? [] : [`or ${from}`]),
  ];
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`;
}
