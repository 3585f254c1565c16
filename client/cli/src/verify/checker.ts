import { agreementIn } from './agreement.js';
import type { Fact } from './history.js';
import { broadcastViolationsIn, Copies } from './copies.js';
import { Lineage } from './lineage.js';
import { Losses } from './losses.js';
import { notRefilledIn } from './refills.js';

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8';

export interface Violation {
  readonly invariant: Invariant;
  readonly channel: string;
  /** Null where it is not about one reader. */
  readonly reader: string | null;
  readonly what: string;
}

export interface LogRecord {
  readonly offset: number;
  readonly id: string;
  readonly hash: string;
  /** When the store took it, as the message says. */
  readonly storedAtMs?: number;
}

/** A channel as the store has it in the end, read by REST. */
export interface ChannelLog {
  readonly channel: string;
  readonly epoch: string;
  /** Lower offsets are not kept any more. */
  readonly floor: number;
  readonly entries: readonly LogRecord[];
}

export interface Evidence {
  readonly facts: readonly Fact[];
  readonly logs: readonly ChannelLog[];
  /** False: the fault took what the store had acknowledged, so readers must be told instead. */
  readonly keepsStore: boolean;
  /** Who reads what from the first message on. */
  readonly readers: readonly Follower[];
}

export interface Follower {
  readonly reader: string;
  readonly channel: string;
  /** It keeps to itself what comes to it under an id that it was given before, as the SDK does. */
  readonly hidesRepeats: boolean;
  /** Who it is, for broadcasts that leave somebody out. */
  readonly user?: string;
}

/**
 * Holds a complete history to the promise. Knows nothing of the code under test: only what was
 * asked, what was answered, what arrived, and what the store has in the end.
 *
 * I1 lost · I2 duplicate · I3 order · I4 agreement · I5 phantom · I6 silent gap · I7 one id, one
 * offset · I8 liveness (every publish settled; that all stand at the top is the drain's to find).
 */
export function violationsIn(evidence: Evidence): Violation[] {
  const seen = seenByReader(evidence);
  const copies = new Copies(evidence);
  const losses = new Losses(evidence);
  // The publishers' side alone: short, and gone through once for each reader.
  const asked = evidence.facts.filter(({ kind }) => kind === 'invoke' || kind === 'ok');
  return [
    ...evidence.readers.flatMap(({ reader, channel, hidesRepeats }) =>
      readerViolations(
        { ...evidence, facts: asked },
        {
          reader,
          channel,
          hidesRepeats,
          seen: seen.get(`${reader} ${channel}`) ?? [],
          copies,
          losses,
        },
      ),
    ),
    ...agreementIn(evidence),
    ...notRefilledIn(evidence),
    ...broadcastViolationsIn(evidence),
    ...phantomsIn(evidence),
    ...manyPlacesIn(evidence),
    ...publisherOrderIn(evidence),
    ...unsettledIn(evidence),
  ];
}

type Seen = Extract<Fact, { reader: string }>;

/** What each reader saw of each channel, so that a long history is gone through once. */
function seenByReader({ facts }: Evidence): Map<string, Seen[]> {
  const seen = new Map<string, Seen[]>();
  for (const fact of facts) {
    if (!('reader' in fact)) continue;
    const key = `${fact.reader} ${fact.channel}`;
    const own = seen.get(key);
    if (own === undefined) seen.set(key, [fact]);
    else own.push(fact);
  }
  return seen;
}

interface Sight {
  readonly seen: readonly Seen[];
  readonly copies: Copies;
  readonly losses: Losses;
}

function readerViolations(
  { facts, logs, keepsStore }: Evidence,
  { reader, channel, hidesRepeats, seen, copies, losses }: Follower & Sight,
): Violation[] {
  const log = logs.find((it) => it.channel === channel);
  const lineage = new Lineage(reader, channel, {
    ...{ log, keepsStore, hidesRepeats, copies, losses },
  });
  for (const fact of seen) {
    if (fact.kind === 'start') lineage.start(fact.place);
    else if (fact.kind === 'deliver') lineage.deliver(fact);
    else if (fact.kind === 'gap') lineage.gap(fact);
    else if (fact.kind === 'skip') lineage.skip(fact);
    else if (fact.kind === 'position') lineage.position(fact);
  }
  lineage.end();
  const missing = new Map<string, string>();
  for (const { offset, id } of log?.entries ?? []) {
    if (!lineage.knowsOfKept(log?.epoch ?? '', offset, id)) missing.set(id, `offset ${offset}`);
  }
  const kept = new Set(log?.entries.map(({ id }) => id));
  const invokedAt = new Map<string, number>();
  for (const fact of facts) {
    if (fact.kind === 'invoke' && fact.channel === channel) invokedAt.set(fact.id, fact.at);
    if (fact.kind !== 'ok' || fact.channel !== channel || kept.has(fact.id)) continue;
    if (lineage.knowsOfLost(fact.epoch, fact.offset, fact.id)) continue;
    // A store that forgot cannot say what; that it forgot must be told, and not before it did.
    const sentAt = invokedAt.get(fact.id) ?? 0;
    if (!keepsStore && lineage.wasToldOfAnotherHistory(sentAt)) continue;
    missing.set(fact.id, `acknowledged at ${fact.offset} of ${fact.epoch}`);
  }
  const lost = [...missing].map(([id, where]): Violation => {
    return { invariant: 'I1', channel, reader, what: `${id} (${where}) never came` };
  });
  return [...lineage.violations, ...lost];
}

function phantomsIn({ facts }: Evidence): Violation[] {
  const published = new Map<string, string>();
  const failed = new Set<string>();
  for (const fact of facts) {
    if (fact.kind === 'invoke') published.set(`${fact.channel} ${fact.id}`, fact.hash);
    if (fact.kind === 'broadcast') {
      for (const channel of fact.channels) published.set(`${channel} ${fact.id}`, fact.hash);
    }
    if (fact.kind === 'fail') failed.add(`${fact.channel} ${fact.id}`);
  }
  const violations: Violation[] = [];
  for (const fact of facts) {
    if (fact.kind === 'breach') {
      const { channel, reader, what } = fact;
      violations.push({ invariant: 'I5', channel, reader, what });
    }
    if (fact.kind !== 'deliver') continue;
    const { channel, reader, id, hash } = fact;
    const tell = (what: string) =>
      violations.push({ invariant: 'I5', channel, reader, what: `${id} ${what}` });
    const sent = published.get(`${channel} ${id}`);
    if (sent === undefined) tell('came but was never published');
    else if (sent !== hash) tell('came with another payload');
    if (failed.has(`${channel} ${id}`)) tell('came though its publish had failed');
  }
  return violations;
}

function manyPlacesIn({ facts, logs, keepsStore }: Evidence): Violation[] {
  const places = new Map<string, Set<string>>();
  const add = (channel: string, id: string, epoch: string, offset: number) => {
    const key = `${channel} ${id}`;
    const known = places.get(key) ?? new Set();
    places.set(key, known.add(`${epoch}/${offset}`));
  };
  for (const { channel, epoch, entries } of logs) {
    for (const { id, offset } of entries) add(channel, id, epoch, offset);
  }
  // What a store has forgotten, a retry may store again; what it has now, it has once.
  if (keepsStore) {
    for (const fact of facts) {
      if (fact.kind !== 'ok' && fact.kind !== 'deliver') continue;
      if (fact.epoch !== null) add(fact.channel, fact.id, fact.epoch, fact.offset);
    }
  }
  return [...places].flatMap(([key, at]): Violation[] => {
    const [channel = '', id = ''] = key.split(' ');
    if (at.size < 2) return [];
    const what = `${id} is at ${[...at].join(' and ')}`;
    return [{ invariant: 'I7', channel, reader: null, what }];
  });
}

/**
 * What one publisher sent one after another stands in the log in that order. One of which a try
 * came to nothing at the server, and was told so, stands where its next try came; where nobody could
 * tell the outcome, nobody tells of such tries either.
 */
function publisherOrderIn({ facts, logs }: Evidence): Violation[] {
  const sent = new Map<string, Extract<Fact, { kind: 'invoke' }>>();
  const refused = new Set<string>();
  for (const fact of facts) {
    if (fact.kind === 'invoke') sent.set(`${fact.channel} ${fact.id}`, fact);
    const mayHaveFailed = fact.kind === 'unknown' || (fact.kind === 'ok' && fact.refusals > 0);
    if (mayHaveFailed) refused.add(`${fact.channel} ${fact.id}`);
  }
  const violations: Violation[] = [];
  for (const { channel, entries } of logs) {
    const last = new Map<string, { sequence: number; id: string }>();
    for (const { id } of entries) {
      const invoke = sent.get(`${channel} ${id}`);
      if (invoke === undefined || refused.has(`${channel} ${id}`)) continue;
      const { publisher, priority, sequence } = invoke;
      const before = last.get(`${publisher} ${priority}`);
      if (before !== undefined && before.sequence > sequence) {
        const what = `${id} stands after ${before.id}, which ${publisher} sent later`;
        violations.push({ invariant: 'I3', channel, reader: null, what });
      }
      last.set(`${publisher} ${priority}`, { sequence, id });
    }
  }
  return violations;
}

function unsettledIn({ facts }: Evidence): Violation[] {
  const open = new Map<string, { channel: string; id: string }>();
  for (const fact of facts) {
    if (fact.kind === 'invoke') open.set(`${fact.channel} ${fact.id}`, fact);
    if (fact.kind === 'ok' || fact.kind === 'fail' || fact.kind === 'unknown') {
      open.delete(`${fact.channel} ${fact.id}`);
    }
  }
  return [...open.values()].map(({ channel, id }): Violation => {
    return { invariant: 'I8', channel, reader: null, what: `the publish of ${id} never settled` };
  });
}
