import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Outcome } from './injection.js';

/** What all injections of a run came to, for the last lines of its output. */
export class Tally {
  #valid = 0;
  #invalid = 0;
  #violations = 0;
  readonly #rows = new Map<string, number>();
  readonly #figures = new Map<string, number[]>();
  #acknowledged = 0;
  #delivered = 0;

  /** Null: it bit and everything held. Otherwise what to tell of it. */
  take(outcome: Outcome): { readonly kind: 'invalid' | 'failed'; readonly text: string } | null {
    const { row, seed, bites, violations, failures, figures, history } = outcome;
    const title = `${row.name} (${row.title}), seed ${seed}`;
    const missed = bites.filter(({ hit }) => !hit);
    const said = [
      ...violations.map(
        ({ invariant, channel, reader, what }) =>
          `${invariant} ${channel} ${reader ?? ''}: ${what}`,
      ),
      ...failures,
    ];
    if (said.length > 0) {
      this.#violations += 1;
      const file = keep(outcome, said);
      const some = said.slice(0, 12).join('\n  ');
      return {
        kind: 'failed',
        text: `${title}: ${said.length} in all\n  ${some}\n  history: ${file}`,
      };
    }
    if (missed.length > 0 || bites.length === 0) {
      this.#invalid += 1;
      const because = missed.map((bite) => bite.because).join('; ');
      return { kind: 'invalid', text: `${title}: it did not bite: ${because}` };
    }
    this.#valid += 1;
    this.#rows.set(row.name, (this.#rows.get(row.name) ?? 0) + 1);
    this.#acknowledged += history.of('ok').length;
    this.#delivered += history.of('deliver').length;
    for (const { name, ms } of figures) {
      this.#figures.set(name, [...(this.#figures.get(name) ?? []), ms]);
    }
    return null;
  }

  /** Counts, the bound that they allow, and the measured times. */
  toString(): string {
    const rows = [...this.#rows].map(([name, count]) => `${name}×${count}`).join(' ');
    // The rule of three: none in N independent trials.
    const bound = this.#valid === 0 ? 100 : Math.min(100, 300 / this.#valid);
    return [
      `${this.#valid} injections that bit, ${this.#violations} with violations, ${this.#invalid} that did not bite`,
      `  ${rows}`,
      `  ${this.#acknowledged} publishes acknowledged, ${this.#delivered} deliveries checked`,
      `  at most ${bound.toFixed(1)} % of such faults do harm, at 95 % confidence, if none did here`,
      ...[...this.#figures].map(([name, values]) => `  ${name}: ${spread(values)}`),
    ].join('\n');
  }
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1]?.toFixed(0) ?? '?';
  return `n=${sorted.length}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}

function keep({ row, seed, history }: Outcome, said: readonly string[]): string {
  const folder = path.join(tmpdir(), 'carillon-fault-histories');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${row.name}-${seed}.ndjson`);
  const lines = [{ kind: 'verdict', said }, ...history.facts];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}
