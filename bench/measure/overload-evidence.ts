import { IN_TIME_MIN, P99_MAX_MS } from './knee.js';

/** What became of a load that is meant to be more than a server carries. */
export interface Offered {
  /** Deliveries that all that was published comes to. */
  readonly owed: number;
  /** Those that were there when the last message was due. */
  readonly inTime: number;
  readonly told: number;
  /** Publishes. */
  readonly refused: number;
  readonly p99Ms: number;
  /** Of the core of the server, what it and its store used meanwhile. */
  readonly coreShare: number;
}

/** A server that used less of its core was held up by something else: a knee that was found then is none of its own. */
const BUSY_MIN = 0.8;

/**
 * A fault when a load overloaded nothing, by the measure that the knee itself is found with: what then
 * came out says how a busy server does, not an overloaded one.
 */
export function missingOverload(offered: Offered): string[] {
  const { owed, inTime, told, refused, p99Ms, coreShare } = offered;
  if (coreShare < BUSY_MIN) {
    const used = (coreShare * 100).toFixed(0);
    return [`nothing was overloaded: the server and its Redis used ${used} % of their core`];
  }
  if (told > 0 || refused > 0 || inTime < owed * IN_TIME_MIN || p99Ms > P99_MAX_MS) return [];
  const share = owed > 0 ? ((inTime / owed) * 100).toFixed(1) : '–';
  return [
    `nothing was overloaded: ${share} % were there in time, p99 ${p99Ms.toFixed(0)} ms, nothing told or refused`,
  ];
}
