import {
  type ChannelLog,
  type Evidence,
  type Invariant,
  violationsIn,
  type Violation,
} from './checker.js';
import type { Fact } from './history.js';
import { Losses } from './losses.js';

export interface Proceedings {
  readonly facts: readonly Fact[];
  /** Null: the store could not be read in the end. */
  readonly logs: readonly ChannelLog[] | null;
  readonly channels: readonly string[];
  readonly readers: Evidence['readers'];
  /** What did not come to rest in time. */
  readonly stuck: readonly string[];
  /** Why the end of the run could not be seen; null where it could. */
  readonly cutOff: string | null;
}

/** Loss that readers were told of, in the words of the contract. */
export interface Told {
  readonly gaps: number;
  /** Offsets in them that are known by number, of all readers together. */
  readonly messages: number;
  readonly byReason: Readonly<Record<string, number>>;
  /** Gaps of which `history` was asked in the end for what they said could be refilled. */
  readonly refillsAsked: number;
  /** Acknowledged publishes of which the store knows nothing any more. */
  readonly lostByStore: number;
}

export interface Judgement {
  readonly verdict: 'held' | 'violated' | 'undecided';
  /** Why it is undecided. */
  readonly because: string | null;
  readonly violations: readonly Violation[];
  readonly told: Told;
}

/** What can be said though nobody saw the end: not that something will never come. */
const BEFORE_THE_END: ReadonlySet<Invariant> = new Set(['I2', 'I3', 'I5', 'I6', 'I7']);

/**
 * Judges every channel by itself. Where a reader was told that the store's history is another one
 * than before, and that is proved, the store has forgotten; then everybody who had to know must have
 * been told. What is not proved is an excuse, and excuses nobody.
 */
export function judge(proceedings: Proceedings): Judgement {
  const { facts, logs, channels, readers, stuck, cutOff } = proceedings;
  const found = channels.flatMap((channel) => {
    const own = facts.filter((fact) => 'channel' in fact && fact.channel === channel);
    const kept = (logs ?? []).filter((log) => log.channel === channel);
    const followers = readers.filter((reader) => reader.channel === channel);
    const evidence = { facts: own, logs: kept, readers: followers };
    const losses = new Losses(evidence);
    const keepsStore = !own.some((fact) => fact.kind === 'gap' && losses.proves(fact));
    return violationsIn({ ...evidence, keepsStore });
  });
  const late = stuck.map((what): Violation => {
    return { invariant: 'I8', channel: '', reader: null, what };
  });
  const isSeen = cutOff === null && logs !== null;
  const violations = isSeen
    ? [...found, ...late]
    : found.filter(({ invariant }) => BEFORE_THE_END.has(invariant));
  const because = isSeen ? nothingSeen(facts) : (cutOff ?? 'the store could not be read');
  const verdict = violations.length > 0 ? 'violated' : because === null ? 'held' : 'undecided';
  return { verdict, because, violations, told: toldIn(facts, logs ?? []) };
}

/** A run in which nothing happened proves nothing. */
function nothingSeen(facts: readonly Fact[]): string | null {
  if (!facts.some(({ kind }) => kind === 'ok')) return 'no publish was acknowledged';
  return facts.some(({ kind }) => kind === 'deliver') ? null : 'no message was delivered';
}

function toldIn(facts: readonly Fact[], logs: readonly ChannelLog[]): Told {
  const byReason: Record<string, number> = {};
  let messages = 0;
  let gaps = 0;
  for (const fact of facts) {
    if (fact.kind !== 'gap') continue;
    gaps += 1;
    byReason[fact.reason] = (byReason[fact.reason] ?? 0) + 1;
    for (const [from, to] of fact.ranges ?? []) messages += to - from + 1;
  }
  const kept = new Map(
    logs.map((log) => [log.channel, { log, ids: new Set(log.entries.map(({ id }) => id)) }]),
  );
  const lost = facts.filter((fact) => {
    const there = fact.kind === 'ok' ? kept.get(fact.channel) : undefined;
    if (fact.kind !== 'ok' || there === undefined || there.ids.has(fact.id)) return false;
    return fact.epoch !== there.log.epoch || fact.offset > there.log.floor;
  });
  const refillsAsked = facts.filter(({ kind }) => kind === 'refill').length;
  return { gaps, messages, byReason, refillsAsked, lostByStore: lost.length };
}
