import type { Leg, Pace, Shape } from '../measure/leg.js';
import { type Spread, spreadOf } from '../measure/spread.js';

/** What is known of one peer after all its legs. */
export interface PeerFigures {
  readonly peer: string;
  readonly legs: number;
  /** Microseconds per delivery. */
  readonly cpu: Spread;
  readonly user: Spread;
  readonly system: Spread;
  /** Microseconds per publish; null for a peer without Redis. */
  readonly redis: Spread | null;
  /** Milliseconds from when a message was due. */
  readonly p50: Spread;
  readonly p99: Spread;
  readonly bytesPerDelivery: number;
}

export interface ScenarioResult {
  readonly scenario: string;
  readonly title: string;
  readonly isQuick: boolean;
  readonly shape: Shape;
  readonly pace: Pace;
  readonly figures: readonly PeerFigures[];
  /** CPU per delivery, ours divided by theirs, of each pair of neighbouring legs. */
  readonly ratio: Spread;
  readonly goal: number;
  /** Null in a void or quick run: those prove nothing either way. */
  readonly isMet: boolean | null;
  /** Why the run does not count; empty when it does. */
  readonly faults: readonly string[];
  readonly legs: readonly Leg[];
}

/** What a scenario has when its legs are over. */
export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly goal: number;
  readonly isQuick: boolean;
  readonly shape: Shape;
  readonly pace: Pace;
  readonly legs: readonly Leg[];
  readonly names: { readonly ours: string; readonly theirs: string; readonly floor: string };
}

export function resultOf(measured: Measured): ScenarioResult {
  const { name, title, goal, isQuick, shape, pace, legs, names } = measured;
  const ours = legs.filter(({ peer }) => peer === names.ours);
  const theirs = legs.filter(({ peer }) => peer === names.theirs);
  // The nth leg of one was run beside the nth leg of the other.
  const ratio = spreadOf(
    ours.flatMap((leg, i) => {
      const other = theirs[i];
      return other ? [cpuOf(leg) / cpuOf(other)] : [];
    }),
  );
  const faults = legs.flatMap((leg) => leg.faults.map((fault) => `${leg.peer}: ${fault}`));
  return {
    scenario: name,
    title,
    isQuick,
    shape,
    pace,
    figures: Object.values(names).map((peer) => figuresOf(peer, legs)),
    ratio,
    goal,
    isMet: isQuick || faults.length > 0 ? null : ratio.median <= goal,
    faults: [...new Set(faults)],
    legs,
  };
}

function figuresOf(peer: string, all: readonly Leg[]): PeerFigures {
  const legs = all.filter((leg) => leg.peer === peer);
  const redis = legs.flatMap(({ redisPerPublish: it }) => (it === null ? [] : [it]));
  return {
    peer,
    legs: legs.length,
    cpu: spreadOf(legs.map(cpuOf)),
    user: spreadOf(legs.map(({ perDelivery }) => perDelivery.user)),
    system: spreadOf(legs.map(({ perDelivery }) => perDelivery.system)),
    redis: redis.length === 0 ? null : spreadOf(redis),
    p50: spreadOf(legs.map(({ latency }) => latency.p50)),
    p99: spreadOf(legs.map(({ latency }) => latency.p99)),
    bytesPerDelivery: spreadOf(legs.map((leg) => leg.bytesPerDelivery)).median,
  };
}

function cpuOf({ perDelivery }: Leg): number {
  return perDelivery.user + perDelivery.system;
}
