import type { Spread } from '../measure/spread.js';
import type { Claim, Column, Row, ScenarioResult } from './result.js';
import { verdictOf } from './verdict.js';

/** Share of the machine's time that a reader should know of. */
const STOLEN_TOLD = 0.01;

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

/** A scenario that came to no result, and why. */
export interface Failure {
  readonly scenario: string;
  readonly message: string;
}

/** The claims of all scenarios, those that failed, and how many lines are which. */
export function claimsTable(
  results: readonly ScenarioResult[],
  failures: readonly Failure[],
): string {
  const rows = results.flatMap((result) =>
    result.claims.map((claim) => [result.scenario, ...claimCells(result, claim)]),
  );
  const verdicts = results.flatMap((result) =>
    result.claims.map((claim) => verdictOf(result, claim)),
  );
  const counts = (['met', 'not met', 'void', 'smoke'] as const).flatMap((verdict) => {
    const count = verdicts.filter((it) => it === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  const failed = failures.map(({ scenario, message }) => `${scenario}: failed: ${message}`);
  const last = [...counts, ...(failed.length === 0 ? [] : [`${failed.length} failed`])].join(', ');
  const head = ['scenario', 'line', 'measured', 'goal', 'verdict'];
  return `${[...aligned([head, ...rows], 2), ...failed, '', last].join('\n')}\n`;
}

/** `0.62× (0.60–0.66)`; the spread where a figure was measured more than once. */
export function spreadText({ median, min, max }: Spread, digits: number, unit = ''): string {
  if (Number.isNaN(median)) return '–';
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

function headline({
  scenario,
  number,
  title,
  setting,
  mode,
  seconds,
  stolen,
}: ScenarioResult): string {
  const quick = mode === 'quick' ? ': a smoke run, not to be quoted' : '';
  const percent = (stolen * 100).toFixed(1);
  const theft =
    stolen > STOLEN_TOLD ? `; the host took ${percent} % of the machine: ratios move by more` : '';
  return `${scenario} (${number}): ${title}\n  ${setting}; ${mode}${quick}, ${Math.round(seconds)} s${theft}\n`;
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
