import type { Spread } from '../measure/spread.js';
import type { PeerFigures, ScenarioResult } from './result.js';

const HEAD = [
  'server',
  'CPU µs/delivery (min–max)',
  'user',
  'system',
  'Redis µs/publish',
  'p50 ms',
  'p99 ms',
  'bytes',
];

/** A scenario's result as text for people. */
export function tableOf(result: ScenarioResult): string {
  const rows = [HEAD, ...result.figures.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  '),
  );
  return [headline(result), ...lines, verdict(result), ''].join('\n');
}

function headline({ scenario, title, shape, isQuick }: ScenarioResult): string {
  const { subscribers, traffic } = shape;
  const { groupsPerSecond, groupSize, bytes } = traffic;
  const rate = groupSize === 1 ? `${groupsPerSecond}/s` : `${groupsPerSecond} × ${groupSize}/s`;
  const quick = isQuick ? '; quick: a smoke run, not to be quoted' : '';
  return `${scenario}: ${title}\n  ${subscribers} subscribers, ${rate}, ${bytes} bytes${quick}\n`;
}

function rowOf(figures: PeerFigures): string[] {
  const { peer, cpu, user, system, redis, p50, p99, bytesPerDelivery } = figures;
  return [
    peer,
    `${cpu.median.toFixed(2)} (${range(cpu)})`,
    user.median.toFixed(2),
    system.median.toFixed(2),
    redis === null ? '–' : redis.median.toFixed(1),
    p50.median.toFixed(1),
    p99.median.toFixed(1),
    bytesPerDelivery.toFixed(0),
  ];
}

function verdict({ ratio, goal, isMet, faults }: ScenarioResult): string {
  const figure = `ratio ${ratio.median.toFixed(2)}× (${range(ratio)}), goal ≤ ${goal.toFixed(2)}×`;
  if (faults.length > 0) return `\nVOID: ${faults.join('; ')}\n(${figure})`;
  return `\n${figure}${isMet === null ? '' : isMet ? ': met' : ': missed'}`;
}

function range({ min, max }: Spread): string {
  return `${min.toFixed(2)}–${max.toFixed(2)}`;
}
