import { setTimeout as delay } from 'node:timers/promises';
import type { Latency, Traffic } from '../load/orders.js';
import type { RunningPeer } from '../peers/peer.js';
import type { Generator } from '../processes/generator.js';
import { type CpuTime, cpuBetween, cpuTimeOf } from './process-cpu.js';

/** How long each part of a leg takes, in seconds. */
export interface Pace {
  /** Once for each server, before its first leg, so that its code is compiled as it is in production. */
  readonly compile: number;
  readonly warmUp: number;
  readonly idle: number;
  readonly load: number;
}

/** Who listens, and what is said to them. */
export interface Shape {
  readonly subscribers: number;
  readonly traffic: Omit<Traffic, 'seconds'>;
}

/** What one peer did in one leg; CPU times are without what it used while idle. */
export interface Leg {
  readonly peer: string;
  readonly published: number;
  readonly delivered: number;
  /** Microseconds of the server process per delivery counted at the clients. */
  readonly perDelivery: CpuTime;
  /** Microseconds of the peer's Redis per publish; null for a peer without one. */
  readonly redisPerPublish: number | null;
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

/** A generator that is busier than this measures itself. */
const GENERATOR_SHARE_MAX = 0.85;

export interface WarmUpPlan {
  readonly peer: RunningPeer;
  readonly generator: Generator;
  readonly shape: Shape;
  readonly seconds: number;
  readonly channel: string;
}

export interface LegPlan extends Omit<WarmUpPlan, 'seconds'> {
  readonly pace: Pace;
  readonly progress: (what: string) => void;
}

/** Loads a server without measuring it. @throws when even that goes wrong */
export async function warmUp(plan: WarmUpPlan): Promise<void> {
  const { peer, generator, shape, channel, seconds } = plan;
  const { port, dialect } = peer;
  await generator.connect({ port, dialect, channel, subscribers: shape.subscribers });
  const { faults } = await generator.run({ ...shape.traffic, seconds });
  await generator.disconnect();
  if (faults.length > 0) throw new Error(`${peer.name}, warming up: ${faults.join('; ')}`);
}

/** Connects everybody, lets the server idle, loads it, and lets everybody go. */
export async function runLeg(plan: LegPlan): Promise<Leg> {
  const { peer, generator, shape, pace, channel, progress } = plan;
  const { port, dialect } = peer;
  progress(`connecting ${shape.subscribers}`);
  await generator.connect({ port, dialect, channel, subscribers: shape.subscribers });
  await delay(SETTLE_MS);
  progress('warming up');
  const first = await generator.run({ ...shape.traffic, seconds: pace.warmUp });
  progress('idle');
  const beforeIdle = sample(peer);
  await delay(pace.idle * 1000);
  const beforeLoad = sample(peer);
  progress('under load');
  const load = await generator.run({ ...shape.traffic, seconds: pace.load });
  const afterLoad = sample(peer);
  await generator.disconnect();
  peer.check();

  const idle = between(beforeIdle, beforeLoad);
  const busy = between(beforeLoad, afterLoad);
  // What an idle server would have used in the time that the load took.
  const scale = busy.elapsedMs / idle.elapsedMs;
  const user = busy.server.user - idle.server.user * scale;
  const system = busy.server.system - idle.server.system * scale;
  const redis = busy.redis - idle.redis * scale;
  const { faults, ...counted } = load;
  return {
    peer: peer.name,
    ...counted,
    perDelivery: { user: user / load.delivered, system: system / load.delivered },
    redisPerPublish: peer.redisPid === null ? null : redis / load.published,
    idleShare: shareOf(idle),
    loadShare: shareOf(busy),
    faults: [...first.faults, ...faults, ...overload(load.generatorShare)],
  };
}

interface Sample {
  readonly atMs: number;
  readonly server: CpuTime;
  readonly redis: CpuTime;
}

interface Span {
  readonly elapsedMs: number;
  readonly server: CpuTime;
  readonly redis: number;
}

function sample({ pid, redisPid }: RunningPeer): Sample {
  return {
    atMs: performance.now(),
    server: cpuTimeOf(pid),
    redis: redisPid === null ? { user: 0, system: 0 } : cpuTimeOf(redisPid),
  };
}

function between(from: Sample, to: Sample): Span {
  const redis = cpuBetween(from.redis, to.redis);
  return {
    elapsedMs: to.atMs - from.atMs,
    server: cpuBetween(from.server, to.server),
    redis: redis.user + redis.system,
  };
}

function shareOf({ server, elapsedMs }: Span): number {
  return (server.user + server.system) / 1000 / elapsedMs;
}

function overload(share: number): string[] {
  if (share <= GENERATOR_SHARE_MAX) return [];
  return [`the generator used ${Math.round(share * 100)} % of its core and measured itself`];
}
