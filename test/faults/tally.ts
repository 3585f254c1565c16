import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BOUNDS, breachesIn } from './bounds.js';
import { keepHistory, saidOf } from './kept-history.js';
import type { Attempted } from './lanes.js';
import type { Plan } from './plan.js';
import { spreadOf } from './spread.js';

interface RowCount {
  readonly title: string;
  bit: number;
  invalid: number;
  violated: number;
}

/** What all injections of a run came to. */
export class Tally {
  readonly #rows = new Map<string, RowCount>();
  readonly #figures = new Map<string, number[]>();
  readonly #failures: { row: string; seed: number; said: readonly string[] }[] = [];
  readonly #startedAt = performance.now();
  #ended = 0;
  #acknowledged = 0;
  #delivered = 0;
  /** Of rows that are faults. */
  #bit = 0;
  #controls = 0;

  constructor(private readonly plan: Plan) {}

  /** Counts one; returns the line that tells of it, and what to say of it where it failed. */
  take({ planned, outcomes, error, elapsedMs }: Attempted): {
    line: string;
    failure: string | null;
  } {
    const { row, number, seed } = planned;
    const count = this.#countOf(row.name, row.title);
    this.#ended += 1;
    let failure: string | null = null;
    for (const outcome of outcomes) {
      const { verdict, history, figures } = outcome;
      if (verdict === 'invalid') count.invalid += 1;
      if (verdict === 'violated') failure = this.#violation(outcome, count);
      if (verdict !== 'clean') continue;
      count.bit += 1;
      if (row.isControl === true) this.#controls += 1;
      else this.#bit += 1;
      this.#acknowledged += history.of('ok').length;
      this.#delivered += history.of('deliver').length;
      for (const { name, ms } of figures) {
        this.#figures.set(name, [...(this.#figures.get(name) ?? []), ms]);
      }
    }
    const last = outcomes.at(-1);
    if (last?.verdict === 'invalid') {
      const missed = last.bites.filter(({ hit }) => !hit).map(({ because }) => because);
      failure = `${row.name}, seed ${last.seed}: it did not bite: ${missed.join('; ')}`;
    }
    if (error !== null) {
      count.violated += 1;
      failure = `${row.name}, seed ${seed}: ${error.stack ?? error.message}`;
      this.#failures.push({ row: row.name, seed, said: [error.message] });
    }
    const verdict = error === null ? (last?.verdict ?? 'nothing') : 'broken';
    const tries = outcomes.length > 1 ? ` in ${outcomes.length} tries` : '';
    const of = `${number}/${this.plan.injections.length}`.padStart(9);
    const took = `${(elapsedMs / 1000).toFixed(1)} s`.padStart(7);
    const line = `${of} ${row.name.padEnd(5)} seed ${String(seed).padEnd(10)} ${verdict}${tries} ${took}, ${this.#time()}`;
    return { line, failure };
  }

  /** The bounds of times that were broken, a sentence each. */
  get breaches(): readonly string[] {
    return breachesIn(this.#figures);
  }

  /** The table, the bound that the counts allow, and the measured times. */
  toString(): string {
    const table = [...this.#rows].map(
      ([name, { title, bit, invalid, violated }]) =>
        `  ${name.padEnd(5)} ${title.padEnd(94)} ${[bit, invalid, violated].map((it) => String(it).padStart(9)).join('')}`,
    );
    const skipped = this.plan.skipped.map(
      ({ name, title, needs }) => `  ${name} ${title}: not run, this machine lacks ${needs ?? ''}`,
    );
    const figures = [...this.#figures].map(([name, values]) => {
      const { n, p50, p99, max } = spreadOf(values);
      const times = [p50, p99, max].map((ms) => ms.toFixed(0));
      const { of, atMost } = BOUNDS[name] ?? {};
      const bound = of === undefined ? '' : `, wanted ${of} of ${atMost} ms at most`;
      return `  ${name}: n ${n}, p50 ${times[0]} ms, p99 ${times[1]} ms, max ${times[2]} ms${bound}`;
    });
    const { violated, invalid } = this.#sums();
    const controls = this.#controls > 0 ? `, ${this.#controls} runs without a fault` : '';
    return [
      `  ${'row'.padEnd(100)} ${['bit', 'invalid', 'violated'].map((it) => it.padStart(9)).join('')}`,
      ...[...table, ...skipped],
      `${this.#bit} injections that bit${controls}, ${violated} with violations, ${invalid} that did not bite, ${skipped.length} rows not run; seed ${this.plan.seed}`,
      `${this.#acknowledged} publishes acknowledged, ${this.#delivered} deliveries checked, ${this.plan.lanes} clusters side by side`,
      this.#bound(violated),
      ...(figures.length > 0 ? ['measured while they shared the machine:', ...figures] : []),
      ...this.breaches.map((breach) => `BOUND BROKEN ${breach}`),
    ].join('\n');
  }

  /** The same for programs. */
  write(file: string): void {
    mkdirSync(path.dirname(file), { recursive: true });
    const { seed, lanes, injections, skipped } = this.plan;
    const sums = this.#sums();
    const report = {
      ...{ at: new Date().toISOString(), seed, lanes, planned: injections.length },
      ...{ bit: this.#bit, controls: this.#controls, ...sums },
      boundAt95: sums.violated === 0 && this.#bit > 0 ? 3 / this.#bit : null,
      acknowledged: this.#acknowledged,
      delivered: this.#delivered,
      elapsedSeconds: Math.round((performance.now() - this.#startedAt) / 1000),
      rows: Object.fromEntries(this.#rows),
      skipped: skipped.map(({ name, needs }) => ({ row: name, needs })),
      figures: [...this.#figures].map(([name, values]) => {
        return { name, unit: 'ms', ...spreadOf(values), bound: BOUNDS[name] ?? null };
      }),
      breaches: this.breaches,
      failures: this.#failures,
    };
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  }

  #violation(outcome: Parameters<typeof saidOf>[0], count: RowCount): string {
    count.violated += 1;
    const { row, seed } = outcome;
    const said = saidOf(outcome);
    this.#failures.push({ row: row.name, seed, said: said.slice(0, 50) });
    const some = said.slice(0, 12).join('\n  ');
    const file = keepHistory(outcome);
    return `${row.name} (${row.title}), seed ${seed}: ${said.length} in all\n  ${some}\n  history: ${file}`;
  }

  #bound(violated: number): string {
    if (violated > 0) return 'no bound: something did not hold';
    if (this.#bit === 0) return 'no bound: no fault was injected';
    // The rule of three: none in N independent trials.
    const percent = Math.min(100, 300 / this.#bit);
    return `at most ${percent.toFixed(1)} % of such faults do harm, at 95 % confidence, as none did here`;
  }

  #sums(): { violated: number; invalid: number } {
    const rows = [...this.#rows.values()];
    return {
      violated: rows.reduce((sum, row) => sum + row.violated, 0),
      invalid: rows.reduce((sum, row) => sum + row.invalid, 0),
    };
  }

  #time(): string {
    const elapsed = performance.now() - this.#startedAt;
    const left = (elapsed / this.#ended) * (this.plan.injections.length - this.#ended);
    return `${clock(elapsed)} gone, about ${clock(left)} left`;
  }

  #countOf(name: string, title: string): RowCount {
    const count = this.#rows.get(name) ?? { title, bit: 0, invalid: 0, violated: 0 };
    this.#rows.set(name, count);
    return count;
  }
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
