import type { Evidence, Violation } from './checker.js';

/**
 * I6 where a reader was told that `history` returns what it lost, and it does not, though the log
 * has not let go of it since; I4 where it returns another message than the log has in that place.
 * Says nothing where the store lost what it had.
 */
export function notRefilledIn({ facts, logs, keepsStore }: Evidence): Violation[] {
  if (!keepsStore) return [];
  return facts.flatMap((fact): Violation[] => {
    if (fact.kind !== 'refill') return [];
    const { channel, reader, epoch, ranges, upTo } = fact;
    const log = logs.find((it) => it.channel === channel);
    if (log === undefined || log.epoch !== epoch) return [];
    const kept = new Map(log.entries.map((entry) => [entry.offset, entry]));
    const had = new Map(fact.messages.map((message) => [message.offset, message]));
    const missing: number[] = [];
    const others: number[] = [];
    for (const [from, to] of ranges) {
      for (let offset = Math.max(from, log.floor + 1); offset <= Math.min(to, upTo); offset += 1) {
        const [own, there] = [had.get(offset), kept.get(offset)];
        if (own === undefined) missing.push(offset);
        else if (own.id !== there?.id || own.hash !== there.hash) others.push(offset);
      }
    }
    const tell = (invariant: 'I4' | 'I6', offsets: readonly number[], what: string) =>
      offsets.length === 0
        ? []
        : [{ invariant, channel, reader, what: `${what}: ${offsets.slice(0, 5).join(', ')}` }];
    return [
      ...tell('I6', missing, `history did not return ${missing.length} offsets that it was to`),
      ...tell('I4', others, `history returned ${others.length} others than the log has`),
    ];
  });
}
