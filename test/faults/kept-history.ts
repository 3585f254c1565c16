import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Outcome } from './injection.js';

/** What did not hold, in sentences. */
export function saidOf({ violations, failures }: Outcome): string[] {
  return [
    ...violations.map(
      ({ invariant, channel, reader, what }) => `${invariant} ${channel} ${reader ?? ''}: ${what}`,
    ),
    ...failures,
  ];
}

/** Keeps the whole history of an injection for whoever looks into it; returns its path. */
export function keepHistory(outcome: Outcome): string {
  const { row, seed, history } = outcome;
  const folder = path.join(tmpdir(), 'carillon-fault-histories');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${row.name}-${seed}.ndjson`);
  const lines = [{ kind: 'verdict', said: saidOf(outcome) }, ...history.facts];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}
