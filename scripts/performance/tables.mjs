// Makes the tables of docs/performance.md from results of the bench.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { besideCentrifugo, goals } from './lines.mjs';

const begin = /<!-- results:begin (\d{4}-\d\d-\d\d) -->/;
const end = '<!-- results:end -->';
const whole = /^(\d{4}-\d\d-\d\d)-(.+)-standard\.json$/;

/** Of which day the results are that a page shows. */
export function shownDay(page) {
  const day = begin.exec(page)?.[1];
  if (day === undefined) throw new Error('the page does not say where its results begin');
  return day;
}

/** The last day of which there is a run of all scenarios. */
export function newestDay(folder) {
  const days = readdirSync(folder).flatMap((name) => whole.exec(name)?.[1] ?? []);
  const newest = days.toSorted().at(-1);
  if (newest === undefined)
    throw new Error('there is no run of all scenarios: npm run bench -- --standard');
  return newest;
}

/** The page with the tables that the results of that day give. */
export function withTables(page, folder, day) {
  const { index = -1 } = begin.exec(page) ?? {};
  const to = page.indexOf(end);
  if (index === -1 || to < index) throw new Error('the page does not say where its results are');
  const results = resultsOf(folder, day);
  const tables = [
    `<!-- results:begin ${day} -->`,
    table(['line', 'ours', 'against', 'ratio or value', 'goal', ''], goals, results),
    'Beside Centrifugo, which is written in Go:',
    table(['line', 'ours', 'Centrifugo', 'ratio', 'goal', ''], besideCentrifugo, results),
  ];
  return `${page.slice(0, index)}${tables.join('\n\n')}\n\n${page.slice(to)}`;
}

/** By scenario. @throws when they are not of one commit: ratios of one table are to be of one code */
function resultsOf(folder, day) {
  const names = readdirSync(folder).filter((name) => whole.exec(name)?.[1] === day);
  const results = names.map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')));
  const commits = new Set(results.map(({ code }) => code.commit));
  if (commits.size > 1) throw new Error(`results of ${day} are of ${[...commits].join(', ')}`);
  return new Map(results.map((result) => [result.scenario, result]));
}

function table(head, lines, results) {
  const rows = lines.map((line) => {
    const result = results.get(line.scenario);
    // Its run was void: what it says of another day is another table.
    if (!result) return [line.name, ...head.slice(2).map(() => '–'), '**void**'];
    return cells(line, result);
  });
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column].length)),
  );
  const text = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [text(head), text(widths.map((width) => '-'.repeat(width))), ...rows.map(text)].join('\n');
}

function cells({ name, claim: [what, against], ours, against: theirs }, result) {
  const claim = claimOf(result, what, against);
  const join = (parts) => parts.map((part) => partText(part, result)).join('');
  const { goal, unit, value } = claim;
  const digits = unit === '×' ? 2 : 1;
  const [median, min, max] = [value.median, value.min, value.max].map((one) => number(one, digits));
  const space = unit === '×' ? '' : ' ';
  return [
    name,
    join(ours),
    join(theirs),
    `${median}${space}${unit} (${min}–${max})`,
    goal
      ? `${goal.kind === 'most' ? '≤' : '≥'} ${number(goal.value, 2, 0)}${space}${unit}`
      : 'told',
    verdict(claim),
  ];
}

/** Open where the goal lies between the least and the most: then the median alone decides it. */
function verdict({ goal, value: { median, min, max } }) {
  if (!goal) return '';
  const isMet = goal.kind === 'most' ? median <= goal.value : median >= goal.value;
  const isOpen = min < goal.value && goal.value < max;
  return `${isMet ? 'met' : '**missed**'}${isOpen ? ', open' : ''}`;
}

function partText(part, result) {
  if (typeof part === 'string') return part;
  const { digits, unit } = part.form;
  const median =
    part.what === undefined
      ? result.rows.find(({ subject }) => subject === part.subject)?.values[part.column]?.median
      : claimOf(result, part.what).value.median;
  if (median === undefined)
    throw new Error(`${result.scenario} has no ${part.subject} ${part.column}`);
  const space = unit === '×' || unit === '/s' ? '' : ' ';
  return `${part.label}${number(median, digits)}${space}${unit}`;
}

function claimOf({ scenario, claims }, what, against) {
  const found = claims.find(
    (claim) =>
      (what instanceof RegExp ? what.test(claim.what) : claim.what === what) &&
      (against === undefined || claim.against === against),
  );
  if (!found) throw new Error(`${scenario} has no claim "${what}" against ${against}`);
  return found;
}

function number(value, most, least = most) {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: least,
    maximumFractionDigits: most,
  });
}
