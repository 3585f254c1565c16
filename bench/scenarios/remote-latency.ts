import { setTimeout as delay } from 'node:timers/promises';
import type { Latency, Stream } from '../load/orders.js';
import { audienceOf, type Seating, upTo } from '../measure/audience.js';
import { overloadOf } from '../measure/generator-limit.js';
import { findKnee } from '../measure/knee.js';
import { type Shares, sharesDuring } from '../measure/usage.js';
import { carillon } from '../peers/carillon.js';
import { centrifugo } from '../peers/centrifugo.js';
import type { RunningPeer } from '../peers/peer.js';
import { socketIoRedisAdapter } from '../peers/socket-io-redis-adapter.js';
import {
  type Claim,
  columnsOf,
  faultsOf,
  type Findings,
  ratioOf,
  type Reading,
  rowsOf,
} from '../report/result.js';
import { missingOf } from './missing.js';
import type { ByMode } from './mode.js';
import { practise } from './practice.js';
import type { Scenario, Settings } from './scenario.js';
import { onStage, type Stage } from './stage.js';

const INSTANCES = 3;

interface Shape {
  /** Of each channel, at each instance. */
  readonly members: number;
  readonly channels: number;
  readonly warmUp: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly kneeSeconds: number;
}

interface LatencyLeg {
  readonly peer: string;
  readonly low: Latency;
  readonly high: Latency;
  readonly lowLocal: Latency;
  readonly highLocal: Latency;
  /** At the higher load. */
  readonly shares: Shares;
  readonly generatorShare: number;
  readonly faults: readonly string[];
}

const SHAPES: ByMode<Shape> = {
  quick: { members: 3, channels: 30, warmUp: 0.5, seconds: 1.5, rounds: 1, kneeSeconds: 1 },
  standard: { members: 3, channels: 100, warmUp: 1, seconds: 5, rounds: 2, kneeSeconds: 2 },
  full: { members: 3, channels: 100, warmUp: 2, seconds: 15, rounds: 3, kneeSeconds: 4 },
};

/** Shares of the adapter's knee. */
const LOW = 0.2;
const HIGH = 0.7;

/** Latency is what is asked for here, so more connections are decoded than elsewhere. */
const DECODED_EVERY = 8;
const BYTES = 256;

/** Publishes per second, to begin the search with. */
const KNEE_FROM = 200;

const READINGS: readonly Reading<LatencyLeg>[] = [
  { key: 'low50', title: '20 %: p50 ms', digits: 2, of: ({ low }) => low.p50 },
  { key: 'low99', title: 'p99', digits: 2, of: ({ low }) => low.p99 },
  { key: 'high50', title: '70 %: p50 ms', digits: 2, of: ({ high }) => high.p50 },
  { key: 'high99', title: '70 %: remote p99 ms', digits: 2, of: ({ high }) => high.p99 },
  { key: 'high999', title: 'p99.9', digits: 2, of: ({ high }) => high.p999 },
  { key: 'local99', title: 'local p99', digits: 2, of: ({ highLocal }) => highLocal.p99 },
  { key: 'server', title: 'server %', digits: 0, of: ({ shares }) => shares.server * 100 },
  { key: 'redisLoad', title: 'Redis %', digits: 0, of: ({ shares }) => shares.redis * 100 },
  { key: 'samples', title: 'samples', digits: 0, of: ({ high }) => high.samples },
  { key: 'load', title: 'generator %', digits: 0, of: (leg) => leg.generatorShare * 100 },
];

/**
 * S4: from when a message was due at one instance to its arrival at a subscriber of another. The load is
 * a share of what the Redis adapter carries at all, the same for everybody.
 */
export const remoteLatency: Scenario = {
  name: 'remote-latency',
  connections: (mode) => INSTANCES * SHAPES[mode].members * SHAPES[mode].channels,
  run: measure,
};

async function measure(settings: Settings): Promise<Findings> {
  const { mode, progress } = settings;
  const shape = SHAPES[mode];
  const peers = [carillon, socketIoRedisAdapter, centrifugo].filter(
    (peer) => peer.missing() === null,
  );
  const { legs, knee } = await onStage(settings, async (stage) => {
    const running: RunningPeer[] = [];
    for (const peer of peers) running.push(await stage.start(peer, { instances: INSTANCES }));
    for (const peer of running)
      await practise({ peer, generator: stage.generator, mode, progress });
    const knee = await kneeOf(stage, running, shape, progress);
    const round = [...running, ...running.toReversed()];
    const order = Array.from({ length: shape.rounds }, () => round).flat();
    const done: LatencyLeg[] = [];
    for (const [index, peer] of order.entries()) {
      progress(`leg ${index + 1} of ${order.length}: ${peer.name}, at 20 % and 70 % of ${knee}/s`);
      done.push(await runLeg({ stage, peer, shape, knee, leg: `remote-${index}` }));
    }
    return { legs: done, knee };
  });
  const claims = [claim(legs, 20, 'low', 1), claim(legs, 70, 'high', 0.6)];
  return {
    setting: `${INSTANCES} instances, ${shape.channels} channels with ${shape.members} members at each, ${BYTES} bytes; the adapter's knee: ${knee} publishes/s`,
    columns: columnsOf(READINGS),
    rows: rowsOf(legs, READINGS),
    drawn: 'high99',
    claims: peers.includes(centrifugo)
      ? [
          ...claims,
          claim(legs, 20, 'low', 1, centrifugo.name),
          claim(legs, 70, 'high', 1, centrifugo.name),
        ]
      : claims,
    notes: missingOf([centrifugo]),
    faults: faultsOf(legs),
    legs,
  };
}

interface LegPlan {
  readonly stage: Stage;
  readonly peer: RunningPeer;
  readonly shape: Shape;
  readonly knee: number;
  readonly leg: string;
}

async function runLeg({ stage, peer, shape, knee, leg }: LegPlan): Promise<LatencyLeg> {
  const { generator } = stage;
  await generator.connect(audienceOf(peer, leg, seatingOf(shape), { decodedEvery: DECODED_EVERY }));
  await delay(500);
  const at = (rate: number, seconds: number) =>
    generator.run({ streams: [streamOf(shape, rate)], seconds });
  await at(knee * LOW, shape.warmUp);
  const low = await at(knee * LOW, shape.seconds);
  await at(knee * HIGH, shape.warmUp);
  const [high, shares] = await sharesDuring(peer, shape.seconds, () =>
    at(knee * HIGH, shape.seconds),
  );
  await generator.disconnect();
  peer.check();
  const [lowStream] = low.streams;
  const [highStream] = high.streams;
  if (!lowStream || !highStream) throw new Error('the generator told of no stream');
  return {
    peer: peer.name,
    low: lowStream.remote,
    high: highStream.remote,
    lowLocal: lowStream.all,
    highLocal: highStream.all,
    shares,
    generatorShare: high.generatorShare,
    // Faults of a connection stay: those of the last run are all.
    faults: [
      ...high.faults,
      ...[low, high].flatMap(({ generatorShare }) => overloadOf(generatorShare)),
    ],
  };
}

/**
 * Publishes per second that the adapter carries. The search warms it up, so every other server gets the
 * same time at the higher of the two loads: else some would be measured compiled and some not.
 */
async function kneeOf(
  stage: Stage,
  running: readonly RunningPeer[],
  shape: Shape,
  progress: (what: string) => void,
): Promise<number> {
  const { generator } = stage;
  const adapter = running.find(({ name }) => name === socketIoRedisAdapter.name);
  if (adapter === undefined) throw new Error('the load is a share of what the adapter carries');
  const audience = (peer: RunningPeer) =>
    audienceOf(peer, 'remote-knee', seatingOf(shape), { decodedEvery: DECODED_EVERY });
  const runAt = (rate: number, seconds: number) =>
    generator.run({ streams: [streamOf(shape, rate)], seconds });

  await generator.connect(audience(adapter));
  progress(`warming up ${adapter.name}`);
  const from = performance.now();
  await runAt(KNEE_FROM, shape.warmUp * 2);
  const knee = await findKnee({
    generator,
    from: KNEE_FROM,
    seconds: shape.kneeSeconds,
    streamAt: (rate) => streamOf(shape, rate),
    progress,
  });
  const seconds = (performance.now() - from) / 1000;
  await generator.disconnect();

  for (const peer of running.filter((one) => one !== adapter)) {
    progress(`warming up ${peer.name} for as long: ${Math.round(seconds)} s`);
    await generator.connect(audience(peer));
    await runAt(knee * HIGH, seconds);
    await generator.disconnect();
  }
  return knee;
}

function seatingOf({ members, channels }: Shape): Seating {
  return {
    channels,
    seats: INSTANCES * members * channels,
    seat: (index) => ({
      instance: index % INSTANCES,
      channels: [Math.trunc(index / INSTANCES) % channels],
    }),
    publishers: upTo(INSTANCES),
  };
}

function streamOf({ channels }: Shape, rate: number): Stream {
  return {
    channels: upTo(channels),
    groupsPerSecond: rate,
    groupSize: 1,
    bytes: BYTES,
    priority: null,
  };
}

function claim(
  legs: readonly LatencyLeg[],
  percent: number,
  load: 'low' | 'high',
  goal: number,
  against = socketIoRedisAdapter.name,
): Claim {
  return {
    what: `remote p99 at ${percent} % of the knee`,
    against,
    value: ratioOf(legs, carillon.name, against, (leg) => leg[load].p99),
    unit: '×',
    goal: { kind: 'most', value: goal },
  };
}
