import { textOf } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Fact } from './history.js';
import type { Workload } from './workload.js';

/** How often a person sees it move, and how often a log gets a line, in milliseconds. */
const LIVE_MS = 500;
const LOG_MS = 5_000;

/** Says how the run is going until the returned function is called. */
export function tellProgress(
  terminal: Terminal,
  facts: readonly Fact[],
  { workload, phase }: { workload: Workload; phase: () => string },
): () => void {
  const count = counter(facts);
  const tell = () => {
    const { acknowledged, delivered, gaps } = count();
    const { absent, drops } = workload;
    const parts = [
      phase(),
      `${textOf(acknowledged)} acknowledged`,
      `${textOf(delivered)} delivered`,
      `${textOf(drops)} connections lost`,
      ...(gaps === 0 ? [] : [`${textOf(gaps)} losses told`]),
      ...(absent.length === 0 ? [] : [`${absent.length} readers away`]),
    ];
    terminal.progress(`  ${parts.join('  ·  ')}`);
  };
  tell();
  const timer = setInterval(tell, terminal.isLive ? LIVE_MS : LOG_MS);
  return () => clearInterval(timer);
}

/** Counts only what is new since the last time: there may be a million. */
function counter(facts: readonly Fact[]) {
  let seen = 0;
  let [acknowledged, delivered, gaps] = [0, 0, 0];
  return () => {
    for (; seen < facts.length; seen += 1) {
      const kind = facts[seen]?.kind;
      if (kind === 'ok') acknowledged += 1;
      else if (kind === 'deliver') delivered += 1;
      else if (kind === 'gap') gaps += 1;
    }
    return { acknowledged, delivered, gaps };
  };
}
