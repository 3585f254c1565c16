import { nextStepsOf } from '../terminal/next-steps.js';
import { tableOf, textOf } from '../terminal/table.js';
import type { Style } from '../terminal/terminal.js';
import type { Invariant } from './checker.js';
import type { Spread } from './figures.js';
import { countsOf, INVARIANTS, type Verdict } from './verdict.js';

/** Of all violations so many are printed; the history has every one. */
const PRINTED = 12;

/** The verdict for a person. */
export function verdictText(verdict: Verdict, style: Style): string {
  return [
    '',
    `  ${headlineOf(verdict, style)}`,
    '',
    ...factsOf(verdict).map(([name, text]) => `    ${style.dim(name.padEnd(11))}   ${text}`),
    '',
    ...latencyOf(verdict),
    '',
    ...invariantsOf(verdict, style),
    '',
    ...violationsOf(verdict, style),
    ...nextStepsOf(stepsOf(verdict)),
    '',
  ].join('\n');
}

function headlineOf({ verdict, because, violations, seed, told }: Verdict, style: Style): string {
  if (verdict === 'violated') {
    const count = violations.length === 1 ? 'once' : `${textOf(violations.length)} times`;
    return style.bold(style.bad(`The promise was broken ${count}.`)) + style.dim(`  seed ${seed}`);
  }
  if (verdict === 'undecided') {
    return style.bold(`No verdict: ${because ?? 'the end was not seen'}.`) + `  seed ${seed}`;
  }
  const losses = told.gaps === 0 ? '' : ` What was lost was told, ${textOf(told.gaps)} times.`;
  return style.bold(style.good(`The promise held.${losses}`)) + style.dim(`  seed ${seed}`);
}

function factsOf(verdict: Verdict): [string, string][] {
  const { plan, publishes, deliveries, connections, instances, seconds, wasStopped } = verdict;
  const plain = Math.floor(plan.subscribers / 2);
  const codes = Object.entries(publishes.byCode).map(([code, n]) => `${code} × ${textOf(n)}`);
  return [
    ['instances', `${instances.length} seen: ${instances.join(', ')}`],
    [
      'load',
      `${seconds.toFixed(0)} s${wasStopped ? ' (stopped by Ctrl-C)' : ''}, ${plan.publishers} publishers, ` +
        `${plan.subscribers} subscribers (${plan.subscribers - plain} SDK, ${plain} plain Socket.IO), ` +
        `${plan.channels} channels in ${plan.namespace}`,
    ],
    [
      'publishes',
      `${textOf(publishes.acknowledged)} acknowledged, ${textOf(publishes.duplicates)} of them found stored by an earlier try; ` +
        `${textOf(publishes.refused)} refused, ${textOf(publishes.unknown)} unknown` +
        (codes.length === 0 ? '' : ` (${codes.join(', ')})`) +
        (publishes.retriedRefusals === 0
          ? ''
          : `; ${textOf(publishes.retriedRefusals)} tries were refused and sent again`),
    ],
    [
      'deliveries',
      `${textOf(deliveries.checked)} checked, ${textOf(deliveries.resumed)} of them after coming back`,
    ],
    [
      'connections',
      `${textOf(connections.lost)} lost, ${textOf(connections.leftOnPurpose)} left on purpose`,
    ],
    ['told losses', toldOf(verdict)],
  ];
}

function toldOf({
  told: { gaps, messages, byReason, refillsAsked, lostByStore },
}: Verdict): string {
  if (gaps === 0) return 'none';
  const reasons = Object.entries(byReason).map(([reason, n]) => `${reason} × ${textOf(n)}`);
  const store =
    lostByStore === 0 ? '' : `; the store lost ${textOf(lostByStore)} acknowledged publishes`;
  const known = messages === 0 ? '' : `, ${textOf(messages)} deliveries known by number`;
  const asked = refillsAsked === 0 ? '' : `; history was asked to refill ${textOf(refillsAsked)}`;
  return `${textOf(gaps)} (${reasons.join(', ')})${known}${asked}${store}`;
}

function latencyOf({ latencyMs }: Verdict): string[] {
  const row = (name: string, spread: Spread | null) =>
    spread === null
      ? []
      : [[name, spread.n, msOf(spread.p50), msOf(spread.p99), msOf(spread.max)] as const];
  const rows = [
    ...row('publish → acknowledged', latencyMs.acknowledged),
    ...row('publish → delivered', latencyMs.delivered),
    ...row('connection lost → followed again', latencyMs.back),
  ];
  if (rows.length === 0) return ['    no times were measured'];
  return tableOf([['', 'n', 'p50', 'p99', 'max'], ...rows]);
}

function invariantsOf(verdict: Verdict, style: Style): string[] {
  const counts = countsOf(verdict);
  return Object.entries(INVARIANTS).map(([name, claim]) => {
    // The names are those of the table itself.
    const count = counts[name as Invariant];
    const isOpen = verdict.verdict === 'undecided' || verdict.because !== null;
    const mark =
      count > 0
        ? style.bad(`broken × ${textOf(count)}`)
        : isOpen
          ? 'not broken as far as was seen'
          : style.good('ok');
    return `    ${name}  ${claim.padEnd(75)}  ${mark}`;
  });
}

function violationsOf({ violations }: Verdict, style: Style): string[] {
  if (violations.length === 0) return [];
  const lines = violations.slice(0, PRINTED).map(({ invariant, channel, reader, what }) => {
    const who = [channel, reader ?? ''].filter((it) => it !== '').join(' ');
    return `    ${style.bad(invariant)}  ${who === '' ? '' : `${who}: `}${what}`;
  });
  const more = violations.length - PRINTED;
  return ['  Broken', ...lines, ...(more > 0 ? [`    and ${textOf(more)} more`] : []), ''];
}

function stepsOf({ verdict, seed, history, connections, remarks, told }: Verdict): string[] {
  const repeat = `the same load again: add --seed ${seed}`;
  const notes = remarks.map((remark) => `note: ${remark}`);
  const kept = history === null ? [] : [`everything that was seen: ${history}`];
  if (verdict === 'violated') {
    return [
      ...kept,
      repeat,
      'report it with the history file and the logs of the instances',
      ...notes,
    ];
  }
  if (verdict === 'undecided') {
    return ['see that an instance is ready at every --url, then run it again', repeat, ...notes];
  }
  // A loss that was told shows as well as a lost connection that something was done to the run.
  const harm =
    connections.lost === 0 && told.gaps === 0
      ? [
          'nothing was lost on the way, so little was proved: kill an instance (kill -9) or restart Redis while it runs',
        ]
      : ['longer and harder: --duration 10m --subscribers 60 --reconnect 20'];
  const store =
    told.lostByStore === 0
      ? []
      : ['the store forgot what it had acknowledged: see appendonly of Redis, and `replicas`'];
  return [...store, ...harm, repeat, ...kept, ...notes];
}

function msOf(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}
