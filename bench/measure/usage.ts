import { setTimeout as delay } from 'node:timers/promises';
import type { RunningPeer } from '../peers/peer.js';
import { type CpuTime, cpuBetween, cpuTimeOf } from './process-cpu.js';
import { spreadOf } from './spread.js';

/** CPU times of a peer up to a moment. */
export interface Sample {
  readonly atMs: number;
  /** Of all its instances together, in microseconds. */
  readonly server: CpuTime;
  readonly redis: CpuTime;
}

/** What a peer used in a time. */
export interface Span {
  readonly elapsedMs: number;
  readonly server: CpuTime;
  /** Microseconds. */
  readonly redis: number;
}

const NOTHING: CpuTime = { user: 0, system: 0 };

export function sample({ instances, redisPid }: RunningPeer): Sample {
  let server = NOTHING;
  for (const { child } of instances) {
    const { user, system } = cpuTimeOf(child.pid);
    server = { user: server.user + user, system: server.system + system };
  }
  const redis = redisPid === null ? NOTHING : cpuTimeOf(redisPid);
  return { atMs: performance.now(), server, redis };
}

export function between(from: Sample, to: Sample): Span {
  const redis = cpuBetween(from.redis, to.redis);
  return {
    elapsedMs: to.atMs - from.atMs,
    server: cpuBetween(from.server, to.server),
    redis: redis.user + redis.system,
  };
}

/** What a time of work took more than as much time of idling. */
export function above(idle: Span, busy: Span): Span {
  const scale = busy.elapsedMs / idle.elapsedMs;
  return {
    elapsedMs: busy.elapsedMs,
    server: {
      user: busy.server.user - idle.server.user * scale,
      system: busy.server.system - idle.server.system * scale,
    },
    redis: busy.redis - idle.redis * scale,
  };
}

/**
 * What is typical of several times of idling, by the millisecond: of one alone the noise is as much as
 * what cheap work costs.
 */
export function typicalOf(spans: readonly Span[]): Span {
  const rate = (of: (span: Span) => number): number =>
    spreadOf(spans.map((span) => of(span) / span.elapsedMs)).median;
  const both = rate(({ server }) => server.user + server.system);
  // How a sum is split is known to a hundredth of a second only, so it is split as all of them together.
  const sum = (of: (span: Span) => number): number =>
    spans.reduce((total, span) => total + of(span), 0);
  const user = sum(({ server }) => server.user);
  const split = user / Math.max(1, user + sum(({ server }) => server.system));
  return {
    elapsedMs: 1,
    server: { user: both * split, system: both * (1 - split) },
    redis: rate(({ redis }) => redis),
  };
}

/** Share of a core. */
export function shareOf({ server, elapsedMs }: Span): number {
  return (server.user + server.system) / 1000 / elapsedMs;
}

/** Shares of the cores that a peer and its Redis run on. */
export interface Shares {
  readonly server: number;
  readonly redis: number;
}

/**
 * Shares while a load is offered, without the time in which the rest of it arrives: an overload leaves
 * much to arrive, and would look lighter for it.
 */
export async function sharesDuring<T>(
  peer: RunningPeer,
  seconds: number,
  load: () => Promise<T>,
): Promise<[T, Shares]> {
  const from = sample(peer);
  const loaded = load();
  // Whatever goes wrong is told where it is awaited.
  loaded.catch(() => {});
  await delay(seconds * 1000);
  const span = between(from, sample(peer));
  return [await loaded, { server: shareOf(span), redis: span.redis / 1000 / span.elapsedMs }];
}
