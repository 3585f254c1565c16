import { type ChannelLog, type Evidence, violationsIn } from '../../src/verify/checker.js';
import type { Event, Fact } from '../../src/verify/history.js';

// One publisher, one channel and one reader, in as few words as a test can do with.

export const channel = 'chat:a';
export const reader = 'r';
export const publisher = 'p';
export const epoch = 'e1';

/** The invariants that are broken, each once. */
export function found(
  events: readonly Event[],
  ...[kept, options]: [ChannelLog, Partial<Evidence>?]
): string[] {
  const facts = events.map((event, index): Fact => ({ ...event, at: index + 1 }));
  const readers = [{ reader, channel, hidesRepeats: false }];
  const violations = violationsIn({ facts, logs: [kept], readers, keepsStore: true, ...options });
  return [...new Set(violations.map(({ invariant }) => invariant))].sort();
}

/** Acknowledged, each in the place of its number. */
export function published(...numbers: number[]): Event[] {
  return numbers.flatMap((n) => [...invoke(n), ok(`m${n}`, n)]);
}

/** Nobody knows whether it was stored. */
export function sent(number: number): Event[] {
  return [
    ...invoke(number),
    { kind: 'unknown', publisher, channel, id: `m${number}`, code: 'unavailable' },
  ];
}

/** A publish without an answer. */
export function invoke(sequence: number, priority = 'normal'): Event[] {
  const id = `m${sequence}`;
  return [{ kind: 'invoke', publisher, channel, id, hash: `h-${id}`, sequence, priority }];
}

/** An acknowledgement. */
export function ok(id: string, offset: number, refusals = 0): Event {
  return { kind: 'ok', publisher, channel, id, epoch, offset, duplicate: false, refusals };
}

/** Each came in the place of its number. */
export function delivered(...offsets: number[]): Event[] {
  return offsets.map((offset) => delivery(offset));
}

/** One message that came. */
export function delivery(
  offset: number,
  other: Partial<Extract<Event, { kind: 'deliver' }>> = {},
): Event {
  const id = other.id ?? `m${offset}`;
  return {
    ...{ kind: 'deliver', reader, channel, epoch, offset, id, hash: `h-${id}`, priority: 'normal' },
    ...other,
  };
}

/** A place that was told not to be for the reader. */
export function skip(offset: number, reason: string): Event {
  return { kind: 'skip', reader, channel, reason, from: offset, to: offset };
}

/** A place that was told to have been dropped. */
export function overflow(offset: number): Event {
  return gap('overflow', [epoch, offset - 1], [epoch, offset], [[offset, offset]]);
}

/** A loss that was told. */
export function gap(
  reason: string,
  after: [string, number],
  to: [string, number],
  ranges: [number, number][] | null,
  whose = reader,
): Event {
  const place = ([of, offset]: [string, number]) => ({ epoch: of, offset });
  return {
    ...{ kind: 'gap', reader: whose, channel, reason, ranges },
    ...{ after: place(after), to: place(to) },
  };
}

/** The store in the end, with these places and no other. */
export function log(...offsets: number[]): ChannelLog {
  return {
    channel,
    epoch,
    floor: 0,
    entries: offsets.map((offset) => record(offset, `m${offset}`)),
  };
}

/** One message in the store. */
export function record(offset: number, id: string): { offset: number; id: string; hash: string } {
  return { offset, id, hash: `h-${id}` };
}
