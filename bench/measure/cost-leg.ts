import { setTimeout as delay } from 'node:timers/promises';
import type { Audience, Latency, Stream } from '../load/orders.js';
import type { RunningPeer } from '../peers/peer.js';
import type { Generator } from '../processes/generator.js';
import { overloadOf } from './generator-limit.js';
import type { CpuTime } from './process-cpu.js';
import { above, between, sample, shareOf, type Span, typicalOf } from './usage.js';

/** How long each part of a leg takes, in seconds. */
export interface Pace {
  /** Once for each server, before its first leg, so that its code is compiled as it is in production. */
  readonly compile: number;
  readonly warmUp: number;
  readonly idle: number;
  readonly load: number;
}

/** What one peer did in one leg; CPU times are without what it typically uses while idle. */
export interface CostLeg extends Omit<MeasuredLeg, 'idle' | 'busy'> {
  /** Microseconds of all its server processes. */
  readonly server: CpuTime;
  /** Microseconds; null for a peer without Redis. */
  readonly redis: number | null;
}

/** A leg before what idling takes is known of all legs. */
export interface MeasuredLeg {
  readonly peer: string;
  readonly hasRedis: boolean;
  readonly idle: Span;
  readonly busy: Span;
  readonly published: number;
  readonly delivered: number;
  /** Shares of a core while nothing is published, in the connections' presence. */
  readonly idleShare: number;
  readonly loadShare: number;
  readonly bytesPerDelivery: number;
  readonly latency: Latency;
  readonly generatorShare: number;
  readonly faults: readonly string[];
}

/** Between connecting and measuring, in milliseconds: what a connection starts is over by then. */
const SETTLE_MS = 400;

/** A leg begins with the sockets of the one before it really gone, in milliseconds. */
const BETWEEN_LEGS_MS = 300;

export interface WarmUpPlan {
  readonly peer: RunningPeer;
  readonly generator: Generator;
  readonly audience: Audience;
  readonly stream: Stream;
  readonly seconds: number;
}

export interface CostLegPlan extends Omit<WarmUpPlan, 'seconds'> {
  /** What the peer is called in the result. */
  readonly label: string;
  readonly pace: Pace;
  readonly progress: (what: string) => void;
}

/** Loads a server without measuring it. @throws when even that goes wrong */
export async function warmUp(plan: WarmUpPlan): Promise<void> {
  const { peer, generator, audience, stream, seconds } = plan;
  await generator.connect(audience);
  const { faults } = await generator.run({ streams: [stream], seconds });
  await generator.disconnect();
  if (faults.length > 0) throw new Error(`${peer.name}, warming up: ${faults.join('; ')}`);
}

/** Connects everybody, lets the server idle, loads it, and lets everybody go. */
export async function runCostLeg(plan: CostLegPlan): Promise<MeasuredLeg> {
  const { peer, label, generator, audience, stream, pace, progress } = plan;
  const streams = [stream];
  progress(`connecting ${audience.seats.length}`);
  await generator.connect(audience);
  await delay(SETTLE_MS);
  progress('warming up');
  const first = await generator.run({ streams, seconds: pace.warmUp });
  progress('idle');
  const beforeIdle = sample(peer);
  await delay(pace.idle * 1000);
  const beforeLoad = sample(peer);
  progress('under load');
  const load = await generator.run({ streams, seconds: pace.load });
  const afterLoad = sample(peer);
  await generator.disconnect();
  peer.check();
  await delay(BETWEEN_LEGS_MS);

  const idle = between(beforeIdle, beforeLoad);
  const busy = between(beforeLoad, afterLoad);
  const [{ all: latency } = { all: NO_LATENCY }] = load.streams;
  return {
    peer: label,
    hasRedis: peer.redisPid !== null,
    idle,
    busy,
    published: load.published,
    delivered: load.delivered,
    idleShare: shareOf(idle),
    loadShare: shareOf(busy),
    bytesPerDelivery: load.bytesPerDelivery,
    latency,
    generatorShare: load.generatorShare,
    faults: [...first.faults, ...load.faults, ...overloadOf(load.generatorShare)],
  };
}

/** The legs, each above what its peer typically uses while idle. */
export function aboveIdle(legs: readonly MeasuredLeg[]): CostLeg[] {
  return legs.map(({ idle: _idle, busy, ...leg }) => {
    const own = legs.filter(({ peer }) => peer === leg.peer).map(({ idle }) => idle);
    const { server, redis } = above(typicalOf(own), busy);
    return { ...leg, server, redis: leg.hasRedis ? redis : null };
  });
}

const NO_LATENCY: Latency = { p50: 0, p99: 0, p999: 0, max: 0, samples: 0 };
