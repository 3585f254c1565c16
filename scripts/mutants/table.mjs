import { checkName } from './check.mjs';

const columns = ['mutant', 'file', 'rows', 'check', 'verdict', 'seconds'];

/** The results as a table of Markdown. */
export function table(results) {
  const lines = results.map(({ mutant, verdict, seconds }) => [
    mutant.name,
    mutant.file,
    mutant.rows.join(' '),
    checkName(mutant.check),
    verdict,
    seconds.toFixed(1),
  ]);
  const widths = columns.map((name, at) =>
    Math.max(name.length, ...lines.map((cells) => cells[at].length)),
  );
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |\n`;
  return [columns, widths.map((width) => '-'.repeat(width)), ...lines].map(line).join('');
}
