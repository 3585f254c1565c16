import type { Spread } from '../measure/spread.js';
import type { Claim, Column, Row, ScenarioResult } from './result.js';
import { verdictOf } from './verdict.js';

/** A scenario's result as text for people: what was measured, then what it was to be. */
export function tableOf(result: ScenarioResult): string {
  const { columns, rows, drawn, notes, faults } = result;
  const head = ['', ...columns.map((it) => it.title)];
  const lines = rows.map((row) => cellsOf(row, columns, drawn));
  return [
    headline(result),
    ...aligned([head, ...lines]),
    '',
    ...aligned(result.claims.map((claim) => claimCells(result, claim))),
    ...notes,
    ...(faults.length > 0 ? [`VOID: ${faults.join('; ')}`] : []),
    '',
  ].join('\n');
}

/** The claims of all scenarios. */
export function claimsTable(results: readonly ScenarioResult[]): string {
  const rows = results.flatMap((result) =>
    result.claims.map((claim) => [result.scenario, ...claimCells(result, claim)]),
  );
  return `${aligned(rows, 2).join('\n')}\n`;
}

/** `0.62× (0.60–0.66)`; the spread where a figure was measured more than once. */
export function spreadText({ median, min, max }: Spread, digits: number, unit = ''): string {
  const range = min === max ? '' : ` (${min.toFixed(digits)}–${max.toFixed(digits)})`;
  return `${median.toFixed(digits)}${unit}${range}`;
}

/** `≤ 0.70×`, or nothing where nothing was promised. */
export function goalText({ goal, unit }: Claim): string {
  if (goal === null) return '';
  return `${goal.kind === 'most' ? '≤' : '≥'} ${goal.value.toFixed(digitsOf(unit))}${unitText(unit)}`;
}

export function claimText({ value, unit }: Claim): string {
  return spreadText(value, digitsOf(unit), unitText(unit));
}

function headline({ scenario, number, title, setting, mode, seconds }: ScenarioResult): string {
  const quick = mode === 'quick' ? ': a smoke run, not to be quoted' : '';
  return `${scenario} (${number}): ${title}\n  ${setting}; ${mode}${quick}, ${Math.round(seconds)} s\n`;
}

function cellsOf({ subject, values }: Row, columns: readonly Column[], drawn: string): string[] {
  const cells = columns.map(({ key, digits }) => {
    const value = values[key];
    if (!value) return '–';
    return key === drawn ? spreadText(value, digits) : value.median.toFixed(digits);
  });
  return [subject, ...cells];
}

function claimCells(result: ScenarioResult, claim: Claim): string[] {
  const { what, against } = claim;
  const verdict = verdictOf(result, claim);
  return [
    `${what}${against === null ? '' : ` against ${against}`}`,
    claimText(claim),
    goalText(claim),
    verdict === 'told' ? '' : verdict,
  ];
}

function digitsOf(unit: Claim['unit']): number {
  return unit === '×' ? 2 : 1;
}

function unitText(unit: Claim['unit']): string {
  return unit === '×' ? unit : ` ${unit}`;
}

/** Lines of equal columns; the first so many are aligned to the left. */
function aligned(rows: readonly (readonly string[])[], left = 1): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < left ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
