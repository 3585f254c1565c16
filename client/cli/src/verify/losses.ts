import type { ChannelLog, Evidence, LogRecord } from './checker.js';
import { groundedGapsIn, type Sights, sightsIn } from './ground.js';
import type { Fact } from './history.js';

type Gap = Extract<Fact, { kind: 'gap' }>;
type Sighting = Pick<LogRecord, 'id' | 'storedAtMs'>;

/** A place of the log's own epoch that once held something else than in the end. */
interface Loss {
  readonly offset: number;
  /** When what is lost was sent, or something that was there before it: whoever was told earlier was told of something else. */
  readonly sentAt: number;
}

interface Channel {
  readonly log: ChannelLog;
  readonly losses: readonly Loss[];
  /** Publishes were acknowledged in them. */
  readonly epochs: ReadonlySet<string>;
  readonly sights: Sights;
  /** Those that name a place where their reader could stand. */
  readonly grounded: ReadonlySet<Gap>;
}

/** The reader was told that the history it has read is not the one there is. */
export function isOtherHistory(reason: string): boolean {
  return reason === 'epoch' || reason === 'rewound';
}

/**
 * What shows that a store lost what it had, whoever had seen it. To be told `epoch` or `rewound` is an
 * excuse for much, so it is believed only of a place where the reader could stand, and where one of these
 * proves it:
 *
 * - the log is of another epoch in the end than the one that the reader had read; or, for a reader that
 *   was led away from the log's own epoch, a publish was acknowledged in that other one: there were two;
 * - the log ends below the place where the reader stood;
 * - above the place that it was led to, or stood at when the loss lay ahead of it, the log has nothing, or
 *   another message, where a publish was acknowledged or anybody was given one. The same id, stored at
 *   another time, is another message: a retry in the place of its lost first try;
 * - there the log has a place without a message: the mark of a lost tail is such a place, also of a tail
 *   that nobody was given and of which nobody had an answer yet;
 * - where the log has let go of the places, two messages were seen in one of them, or one was never seen
 *   by anybody.
 *
 * What was lost must have been sent before the reader was told; of a mark, what stands below it. Where
 * the log could not be read, nothing can be said, and it is believed.
 */
export class Losses {
  readonly #channels = new Map<string, Channel | null>();

  constructor(private readonly evidence: Pick<Evidence, 'facts' | 'logs' | 'readers'>) {}

  /** The gap tells of another history, and there is one, or the reader had not begun with any. */
  excuses(gap: Gap): boolean {
    const { channel, reason, after, to, at } = gap;
    if (!isOtherHistory(reason)) return false;
    const known = this.#channelOf(channel);
    if (known === null) return true;
    const { log, losses, epochs, grounded } = known;
    if (!grounded.has(gap)) return false;
    if (after.epoch !== log.epoch) return true;
    if (to.epoch !== log.epoch) return epochs.has(to.epoch);
    const top = log.entries.at(-1)?.offset ?? log.floor;
    if (after.offset > top) return true;
    const from = Math.min(after.offset, to.offset);
    return losses.some(({ offset, sentAt }) => offset > from && sentAt < at);
  }

  /**
   * As `excuses`, and something was lost. Who stood at the start of a channel in which nobody had
   * anything yet may be told of another start, and nothing follows from it.
   */
  proves(gap: Gap): boolean {
    const sights = this.#channelOf(gap.channel)?.sights;
    const isOfNothing =
      sights !== undefined && gap.after.offset === 0 && !sights.has(gap.after.epoch);
    return !isOfNothing && this.excuses(gap);
  }

  /** Of the history that the channel has in the end, something was another one once; true where nobody knows. */
  hasLost(channel: string): boolean {
    const known = this.#channelOf(channel);
    return known === null || known.losses.length > 0;
  }

  /** Looked at when somebody is told: mostly nobody is. */
  #channelOf(channel: string): Channel | null {
    const known = this.#channels.get(channel);
    if (known !== undefined) return known;
    const log = this.evidence.logs.find((it) => it.channel === channel);
    const found = log === undefined ? null : channelOf(this.evidence, log);
    this.#channels.set(channel, found);
    return found;
  }
}

function channelOf(evidence: Pick<Evidence, 'facts' | 'readers'>, log: ChannelLog): Channel {
  const { facts } = evidence;
  const { channel, floor, epoch } = log;
  const kept = new Map<number, Sighting>(log.entries.map((entry) => [entry.offset, entry]));
  /** Below the floor, the first that was seen in a place; null where it is known only that there was one. */
  const seen = new Map<number, Sighting | null>();
  const sentAt = new Map<string, number>();
  const epochs = new Set<string>();
  const losses: Loss[] = [];
  const saw = (offset: number, sighting: Sighting) => {
    const isKept = offset > floor;
    const there = isKept ? kept.get(offset) : (seen.get(offset) ?? sighting);
    if (!isKept) seen.set(offset, there ?? sighting);
    if (there !== undefined && isSame(there, sighting)) return;
    // Below the floor nobody knows which of the two was lost.
    const ids = isKept ? [sighting.id] : [sighting.id, there?.id ?? ''];
    losses.push({ offset, sentAt: Math.min(...ids.map((id) => sentAt.get(id) ?? 0)) });
  };
  for (const fact of facts) {
    if (fact.kind === 'broadcast' && fact.channels.includes(channel)) sentAt.set(fact.id, fact.at);
    if (!('channel' in fact) || fact.channel !== channel) continue;
    if (fact.kind === 'invoke') sentAt.set(fact.id, fact.at);
    if (fact.kind === 'ok') epochs.add(fact.epoch);
    if (fact.kind === 'ok' || fact.kind === 'deliver') {
      if (fact.epoch === epoch) saw(fact.offset, fact);
    }
    if (fact.kind !== 'skip') continue;
    for (let offset = fact.from; offset <= Math.min(fact.to, floor); offset += 1) {
      if (!seen.has(offset)) seen.set(offset, null);
    }
  }
  const below = [...seen].sort(([one], [other]) => one - other);
  const places: (readonly [number, Sighting | null])[] = [...below, ...kept];
  for (const [index, [offset]] of places.entries()) {
    const [before = offset, there = null] = places[index - 1] ?? [];
    if (offset <= before + 1) continue;
    losses.push({ offset: offset - 1, sentAt: sentAt.get(there?.id ?? '') ?? 0 });
  }
  const sights = sightsIn(facts, channel);
  return { log, losses, epochs, sights, grounded: groundedGapsIn(evidence, channel, sights) };
}

/** An answer does not say when it was stored. */
function isSame(one: Sighting, other: Sighting): boolean {
  if (one.id !== other.id) return false;
  const isTimed = one.storedAtMs !== undefined && other.storedAtMs !== undefined;
  return !isTimed || one.storedAtMs === other.storedAtMs;
}
