import type { Evidence, Violation } from './checker.js';

/**
 * I4: whoever saw a place of a channel saw the same message there as the log has, or as the first
 * who saw it where the log does not reach. Only where the store lost a tail may a reader have seen
 * something else, and then it was told of another history afterwards.
 */
export function agreementIn({ facts, logs, keepsStore }: Evidence): Violation[] {
  const known = new Map<string, string>();
  const kept = new Map(logs.map((log) => [log.channel, log]));
  for (const { channel, epoch, entries } of logs) {
    for (const { offset, id, hash } of entries) {
      known.set(`${channel} ${epoch} ${offset}`, `${id} ${hash}`);
    }
  }
  const toldLast = new Map<string, number>();
  for (const fact of facts) {
    if (fact.kind !== 'gap' || (fact.reason !== 'epoch' && fact.reason !== 'rewound')) continue;
    toldLast.set(`${fact.reader} ${fact.channel}`, fact.at);
  }
  const violations: Violation[] = [];
  for (const fact of facts) {
    if (fact.kind === 'ok' && keepsStore) {
      const log = kept.get(fact.channel);
      const isKept = log?.epoch === fact.epoch && fact.offset > log.floor;
      const there = known.get(`${fact.channel} ${fact.epoch} ${fact.offset}`);
      if (isKept && there?.split(' ')[0] !== fact.id) {
        const what = `${fact.id} was acknowledged at ${fact.offset}, where the log has ${there ?? 'nothing'}`;
        violations.push({ invariant: 'I4', channel: fact.channel, reader: null, what });
      } else if (log !== undefined && log.epoch !== fact.epoch) {
        const what = `${fact.id} was acknowledged in epoch ${fact.epoch}, the log is of ${log.epoch}`;
        violations.push({ invariant: 'I4', channel: fact.channel, reader: null, what });
      }
    }
    if (fact.kind !== 'deliver' || fact.epoch === null) continue;
    const { channel, reader, epoch, offset, id, hash, at } = fact;
    const log = kept.get(channel);
    const key = `${channel} ${epoch} ${offset}`;
    const there = known.get(key);
    const isLogged = log?.epoch === epoch && offset > log.floor;
    const agrees = there === `${id} ${hash}` || (there === undefined && !isLogged);
    if (there === undefined && !isLogged) known.set(key, `${id} ${hash}`);
    const isOld = log !== undefined && log.epoch !== epoch;
    if (agrees && !isOld) continue;
    const wasTold = (toldLast.get(`${reader} ${channel}`) ?? 0) > at;
    if (!keepsStore && wasTold) continue;
    const what = `it saw ${id} at ${offset} of ${epoch}, others ${there ?? `epoch ${log?.epoch ?? '?'}`}`;
    violations.push({ invariant: 'I4', channel, reader, what });
  }
  return violations;
}
