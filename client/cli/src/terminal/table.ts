export type Cell = string | number;

/** Columns of one width each; numbers stand at the right. The first column is always text. */
export function tableOf(rows: readonly (readonly Cell[])[], indent = '    '): string[] {
  const texts = rows.map((row) => row.map((cell) => textOf(cell)));
  const columns = Math.max(0, ...texts.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...texts.map((row) => (row[column] ?? '').length)),
  );
  return texts.map((row) =>
    (
      indent +
      row
        .map((text, column) => {
          const width = widths[column] ?? 0;
          return column === 0 ? text.padEnd(width) : text.padStart(width);
        })
        .join('   ')
    ).trimEnd(),
  );
}

/** `1,234`; the same on every machine. */
export function textOf(cell: Cell): string {
  return typeof cell === 'number' ? cell.toLocaleString('en-US') : cell;
}
