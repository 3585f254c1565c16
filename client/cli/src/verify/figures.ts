import type { Fact } from './history.js';

/** How a measured time spreads, in milliseconds. */
export interface Spread {
  readonly n: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Figures {
  readonly publishes: {
    readonly asked: number;
    readonly acknowledged: number;
    /** Acknowledged after an earlier try had been stored already. */
    readonly duplicates: number;
    readonly refused: number;
    /** Tries that the server refused and the SDK sent again. */
    readonly retriedRefusals: number;
    readonly unknown: number;
    /** Of the refused and unknown ones, by the server's word. */
    readonly byCode: Readonly<Record<string, number>>;
  };
  readonly deliveries: {
    readonly checked: number;
    /** Published before the reader's connection began: they came by resuming. */
    readonly resumed: number;
  };
  readonly latencyMs: {
    readonly acknowledged: Spread | null;
    /** Only where the reader was connected when it was published. */
    readonly delivered: Spread | null;
    /** From a lost connection to everything followed again. */
    readonly back: Spread | null;
  };
}

/** Counts and times, from the history alone. */
export function figuresOf(facts: readonly Fact[]): Figures {
  const invokedAt = new Map<string, number>();
  const connectedAt = new Map<string, number>();
  const lostAt = new Map<string, number>();
  const [acked, delivered, back]: [number[], number[], number[]] = [[], [], []];
  const counts = {
    asked: 0,
    acknowledged: 0,
    duplicates: 0,
    refused: 0,
    unknown: 0,
    retriedRefusals: 0,
  };
  const byCode: Record<string, number> = {};
  let [checked, resumed] = [0, 0];
  for (const fact of facts) {
    const { at } = fact;
    const invoked =
      'channel' in fact && 'id' in fact ? (invokedAt.get(`${fact.channel} ${fact.id}`) ?? at) : at;
    if (fact.kind === 'invoke') {
      counts.asked += 1;
      invokedAt.set(`${fact.channel} ${fact.id}`, at);
    } else if (fact.kind === 'ok') {
      counts.acknowledged += 1;
      if (fact.duplicate) counts.duplicates += 1;
      counts.retriedRefusals += fact.refusals;
      acked.push(at - invoked);
    } else if (fact.kind === 'fail' || fact.kind === 'unknown') {
      counts[fact.kind === 'fail' ? 'refused' : 'unknown'] += 1;
      byCode[fact.code] = (byCode[fact.code] ?? 0) + 1;
    } else if (fact.kind === 'deliver') {
      checked += 1;
      if (invoked < (connectedAt.get(fact.reader) ?? Number.POSITIVE_INFINITY)) resumed += 1;
      else delivered.push(at - invoked);
    } else if (fact.kind === 'state') {
      if (fact.state === 'lost') lostAt.set(fact.who, at);
      // Until it is connected again, whatever comes is resumed.
      connectedAt.set(fact.who, fact.state === 'connected' ? at : Number.POSITIVE_INFINITY);
      const lost = lostAt.get(fact.who);
      if (fact.state === 'connected' && lost !== undefined) back.push(at - lost);
      if (fact.state !== 'lost') lostAt.delete(fact.who);
    }
  }
  return {
    publishes: { ...counts, byCode },
    deliveries: { checked, resumed },
    latencyMs: {
      acknowledged: spreadOf(acked),
      delivered: spreadOf(delivered),
      back: spreadOf(back),
    },
  };
}

/** Null where nothing was measured. */
function spreadOf(nanoseconds: readonly number[]): Spread | null {
  if (nanoseconds.length === 0) return null;
  const sorted = Float64Array.from(nanoseconds).sort();
  const at = (part: number) => {
    const value = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
    return Math.round(value / 1e4) / 100;
  };
  return { n: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
