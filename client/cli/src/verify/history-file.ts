import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Unable } from '../unable.js';
import type { History } from './history.js';
import type { Plan } from './plan.js';
import type { Verdict } from './verdict.js';

/** Where a history goes that nobody asked for, but somebody will want to read. */
export function historyFileFor({ run }: Plan): string {
  return path.join(tmpdir(), `carillon-verify-${run}.ndjson`);
}

/**
 * Finds out before the run whether the file can be written.
 *
 * @throws Unable
 */
export function openHistoryFile(file: string): void {
  try {
    writeFileSync(file, '');
  } catch (cause) {
    throw new Unable(`--history ${file} cannot be written.`, ['name a file in another folder'], {
      cause,
    });
  }
}

/** The verdict first, then everything that was seen, one line each. False: it could not be written. */
export function writeHistory(file: string, verdict: Verdict, { facts }: History): boolean {
  try {
    writeFileSync(file, `${JSON.stringify({ kind: 'verdict', ...verdict })}\n`);
    const block = 10_000;
    for (let from = 0; from < facts.length; from += block) {
      const lines = facts.slice(from, from + block).map((fact) => `${JSON.stringify(fact)}\n`);
      writeFileSync(file, lines.join(''), { flag: 'a' });
    }
    return true;
  } catch {
    // The disk may be full; the verdict matters more than its evidence.
    return false;
  }
}
