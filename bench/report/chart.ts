import type { Origin } from './result-file.js';
import type { ScenarioResult } from './result.js';
import { codeText } from './code-text.js';
import { claimText, goalText, spreadText } from './table.js';
import { verdictOf } from './verdict.js';

const WIDTH = 820;
const LABEL_WIDTH = 265;
const FIGURE_WIDTH = 150;
const BAR_HEIGHT = 22;
const ROW_HEIGHT = 34;
const HEAD_HEIGHT = 56;
/** Of small text that fits. */
const LINE_LENGTH = 112;
const LINE_HEIGHT = 20;
const MARGIN = 20;

/** Readable on a light and on a dark page: the reader's own choice decides. */
const STYLE = `
  svg { font: 13px system-ui, sans-serif; }
  .page { fill: #ffffff; } .text { fill: #1c2430; } .soft { fill: #5b6676; }
  .bar { fill: #9aa7b8; } .ours { fill: #1f7a5c; } .range { stroke: #1c2430; stroke-width: 1.5; }
  .title { font-size: 16px; font-weight: 600; } .small { font-size: 12px; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #12161c; } .text { fill: #e8edf4; } .soft { fill: #9aa7b8; }
    .bar { fill: #566274; } .ours { fill: #3fb68b; } .range { stroke: #e8edf4; }
  }`;

/** A scenario's main figure as bars, median with least and most, and what it was to be. */
export function chartOf(result: ScenarioResult, { machine, code }: Origin, at: string): string {
  const { columns, rows, drawn, claims } = result;
  const column = columns.find(({ key }) => key === drawn);
  const bars = rows.flatMap(({ subject, values }) => {
    const value = values[drawn];
    return value ? [{ subject, value }] : [];
  });
  const most = Math.max(...bars.map(({ value }) => value.max), Number.MIN_VALUE);
  const room = WIDTH - MARGIN * 2 - LABEL_WIDTH - FIGURE_WIDTH;
  const x = (value: number): string =>
    (MARGIN + LABEL_WIDTH + (Math.max(0, value) / most) * room).toFixed(1);
  const settings = [result.title, ...wrapped(result.setting)];
  const barsAt = HEAD_HEIGHT + settings.length * LINE_HEIGHT;
  const drawnBars = bars.map(({ subject, value }, i) => {
    const y = barsAt + i * ROW_HEIGHT;
    const middle = y + BAR_HEIGHT / 2;
    const kind = subject.startsWith('carillon') ? 'bar ours' : 'bar';
    const width = (Number(x(value.median)) - Number(x(0))).toFixed(1);
    const figure = spreadText(value, column?.digits ?? 1);
    return [
      text(MARGIN, middle + 4, 'text', subject),
      `<rect class="${kind}" x="${x(0)}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="3"/>`,
      `<line class="range" x1="${x(value.min)}" x2="${x(value.max)}" y1="${middle}" y2="${middle}"/>`,
      text(Number(x(value.max)) + 8, middle + 4, 'text small', figure),
    ].join('');
  });
  const claimsAt = barsAt + bars.length * ROW_HEIGHT + 16;
  const lines = claims.flatMap((claim) => {
    const against = claim.against === null ? '' : ` against ${claim.against}`;
    const goal =
      claim.goal === null ? '' : `, goal ${goalText(claim)}: ${verdictOf(result, claim)}`;
    return wrapped(`${claim.what}${against}: ${claimText(claim)}${goal}`);
  });
  const drawnLines = lines.map((line, i) =>
    text(MARGIN, claimsAt + i * LINE_HEIGHT, 'text small', line),
  );
  const foot = claimsAt + lines.length * LINE_HEIGHT + 8;
  const height = foot + MARGIN;
  const smoke = result.mode === 'quick' ? ' · a smoke run, not to be quoted' : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>${escaped(`${result.scenario}: ${result.title}`)}</title>
<style>${STYLE}
</style>
<rect class="page" width="${WIDTH}" height="${height}"/>
${text(MARGIN, 30, 'text title', `${result.scenario}: ${column?.title ?? drawn}`)}
${settings.map((line, i) => text(MARGIN, 52 + i * LINE_HEIGHT, 'soft small', line)).join('\n')}
${drawnBars.join('\n')}
${drawnLines.join('\n')}
${text(MARGIN, foot, 'soft small', `${at.slice(0, 10)} · ${codeText(code)} · ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, Redis ${machine.redis}${smoke}`)}
</svg>
`;
}

function text(x: number, y: number, kind: string, content: string): string {
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${escaped(content)}</text>`;
}

/** Lines that fit. */
function wrapped(content: string): string[] {
  const lines: string[] = [];
  for (const word of content.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < LINE_LENGTH)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
