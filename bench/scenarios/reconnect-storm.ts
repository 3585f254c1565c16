import { setTimeout as delay } from 'node:timers/promises';
import { audienceOf, type Seating, upTo } from '../measure/audience.js';
import { overloadOf } from '../measure/generator-limit.js';
import { spreadOf } from '../measure/spread.js';
import { above, between, sample } from '../measure/usage.js';
import { carillon } from '../peers/carillon.js';
import { centrifugo } from '../peers/centrifugo.js';
import type { Peer, RunningPeer } from '../peers/peer.js';
import { socketIoRedisStreams } from '../peers/socket-io-redis-streams.js';
import { columnsOf, faultsOf, type Findings, type Reading, rowsOf } from '../report/result.js';
import { missingOf } from './missing.js';
import type { ByMode } from './mode.js';
import { practise } from './practice.js';
import type { Scenario, Settings } from './scenario.js';
import { onStage, type Stage } from './stage.js';

interface Shape {
  readonly clients: number;
  /** Entries of all channels since a client was last there. */
  readonly tail: number;
  /** With recovery and without, in turn. */
  readonly order: readonly boolean[];
  readonly idleSeconds: number;
}

interface StormLeg {
  readonly peer: string;
  readonly recovers: boolean;
  /** Above idling, in milliseconds of CPU. */
  readonly serverMs: number;
  readonly redisMs: number;
  readonly elapsedMs: number;
  readonly recovered: number;
  /** Of its core, while all come back. */
  readonly generatorShare: number;
  readonly faults: readonly string[];
}

/** CPU of a storm that recovers above that of the same storm that does not. */
interface StormPair {
  readonly peer: string;
  readonly aboveUs: number;
  readonly redisAboveUs: number;
  readonly withMs: number;
  readonly withoutMs: number;
  readonly elapsedMs: number;
  readonly recovered: number;
  readonly generatorShare: number;
  readonly faults: readonly string[];
}

const CHANNELS = 500;
/** Of each client. */
const FOLLOWED = 2;

/**
 * The adapter keeps 10,000 entries and refuses those whose place is no longer among them; one message for
 * each channel comes before the cut.
 */
const LONGEST_TAIL = 10_000 - CHANNELS;
const TAIL_PER_SECOND = 2500;
const WITHIN_MS = 1000;
const BYTES = 256;

/** Servers notice that connections are gone, and adapters write sessions down, in milliseconds. */
const AFTER_CUT_MS = 800;

const ABBA = [true, false, false, true] as const;

/** For the compiler. Not for the adapter: its storm takes long, and what it compiles is run 10,000 times. */
const WARM_UP = [true, false];

const SHAPES: ByMode<Shape> = {
  quick: { clients: 12, tail: 2500, order: [true, false], idleSeconds: 0.5 },
  standard: {
    clients: 100,
    tail: LONGEST_TAIL,
    order: ABBA,
    idleSeconds: 1.5,
  },
  full: {
    clients: 400,
    tail: LONGEST_TAIL,
    order: [...ABBA, ...ABBA],
    idleSeconds: 5,
  },
};

const READINGS: readonly Reading<StormPair>[] = [
  { key: 'above', title: 'recovery CPU µs/client', digits: 0, of: (pair) => pair.aboveUs },
  { key: 'redis', title: 'Redis µs/client', digits: 0, of: (pair) => pair.redisAboveUs },
  { key: 'with', title: 'storm CPU ms', digits: 0, of: (pair) => pair.withMs },
  { key: 'without', title: 'without recovery ms', digits: 0, of: (pair) => pair.withoutMs },
  { key: 'elapsed', title: 'all caught up ms', digits: 0, of: (pair) => pair.elapsedMs },
  { key: 'recovered', title: 'recovered messages', digits: 0, of: (pair) => pair.recovered },
  { key: 'load', title: 'generator %', digits: 0, of: (pair) => pair.generatorShare * 100 },
];

/**
 * S6: everybody loses the connection, misses messages, and comes back to another instance within a
 * second. What recovery costs is the storm with it, less the same storm without.
 */
export const reconnectStorm: Scenario = {
  name: 'reconnect-storm',
  connections: (mode) => SHAPES[mode].clients,
  run: measure,
};

async function measure(settings: Settings): Promise<Findings> {
  const shape = SHAPES[settings.mode];
  const peers = [carillon, socketIoRedisStreams, centrifugo].filter(
    (peer) => peer.missing() === null,
  );
  const legs = await onStage(settings, async (stage) => {
    const done: StormLeg[] = [];
    for (const peer of peers) done.push(...(await stormsOf(stage, peer, shape, settings)));
    return done;
  });
  const pairs = pairsOf(legs, shape.clients);
  const own = pairs.filter(({ peer }) => peer === carillon.name);
  const costOf = (peer: Peer): number =>
    spreadOf(pairs.filter((pair) => pair.peer === peer.name).map(({ aboveUs }) => aboveUs)).median;
  const claims = [
    { peer: socketIoRedisStreams, goal: 0.1 },
    { peer: centrifugo, goal: 1 },
  ].filter(({ peer }) => peers.includes(peer));
  return {
    setting: `${shape.clients} clients in ${FOLLOWED} of ${CHANNELS} channels each, ${shape.tail} messages missed by all together, back within ${WITHIN_MS} ms at another instance`,
    columns: columnsOf(READINGS),
    rows: rowsOf(pairs, READINGS),
    drawn: 'above',
    claims: claims.map(({ peer, goal }) => ({
      what: 'server CPU of recovery, above the same storm without',
      against: peer.name,
      // Noise may put a cheap recovery below nothing: a ratio to nothing would prove nothing.
      value: spreadOf(
        own.map(({ aboveUs }) =>
          costOf(peer) > 0 ? Math.max(0, aboveUs) / costOf(peer) : Number.NaN,
        ),
      ),
      unit: '×',
      goal: { kind: 'most', value: goal },
    })),
    notes: [
      ...missingOf([centrifugo]),
      ...claims
        .filter(({ peer }) => costOf(peer) <= 0)
        .map(({ peer }) => costsNothing(peer.name, costOf(peer))),
    ],
    faults: faultsOf(legs),
    legs,
  };
}

/** Why a line has no ratio. */
function costsNothing(peer: string, aboveUs: number): string {
  const microseconds = Math.round(aboveUs);
  return `${peer}: what its recovery costs cannot be told from noise (${microseconds} µs a client), so there is no ratio to it`;
}

async function stormsOf(
  stage: Stage,
  peer: Peer,
  shape: Shape,
  { mode, progress }: Settings,
): Promise<StormLeg[]> {
  const running = await stage.start(peer, { instances: 2 });
  await practise({ peer: running, generator: stage.generator, mode, progress });
  const legs: StormLeg[] = [];
  const warmUp = peer === socketIoRedisStreams ? [] : WARM_UP;
  const order = [...warmUp, ...shape.order];
  for (const [index, recovers] of order.entries()) {
    const head = `storm ${index + 1} of ${order.length}: ${peer.name},`;
    const leg = await runStorm({
      stage,
      running,
      shape,
      recovers,
      leg: `storm-${index}`,
      progress: (what) => progress(`${head} ${what}`),
    });
    if (index >= warmUp.length) legs.push(leg);
  }
  await stage.stop(running);
  return legs;
}

interface StormPlan {
  readonly stage: Stage;
  readonly running: RunningPeer;
  readonly shape: Shape;
  readonly recovers: boolean;
  readonly leg: string;
  readonly progress: (what: string) => void;
}

async function runStorm(plan: StormPlan): Promise<StormLeg> {
  const { stage, running, shape, recovers, leg, progress } = plan;
  const { generator } = stage;
  const [, other] = running.instances;
  if (!other) throw new RangeError('a storm needs two instances');
  progress('connecting');
  await generator.connect(audienceOf(running, leg, seatingOf(shape), { remembers: true }));
  // A client has a place to come back to once something came.
  const first = await generator.run({ streams: [streamOf(CHANNELS)], seconds: 1 });
  await generator.cut();
  await delay(AFTER_CUT_MS);
  progress('publishing what they miss');
  const seconds = shape.tail / TAIL_PER_SECOND;
  const tail = await generator.run({ streams: [streamOf(TAIL_PER_SECOND)], seconds });
  progress('idle');
  const beforeIdle = sample(running);
  await delay(shape.idleSeconds * 1000);
  const before = sample(running);
  progress(recovers ? 'storm' : 'storm without recovery');
  const back = await generator.storm({ port: other.port, withinMs: WITHIN_MS, recovers });
  const used = above(between(beforeIdle, before), between(before, sample(running)));
  await generator.disconnect();
  running.check();
  return {
    peer: running.name,
    recovers,
    serverMs: (used.server.user + used.server.system) / 1000,
    redisMs: used.redis / 1000,
    elapsedMs: back.elapsedMs,
    recovered: back.delivered,
    generatorShare: back.generatorShare,
    faults: [
      ...new Set([...first.faults, ...tail.faults, ...back.faults]),
      ...[tail, back].flatMap(({ generatorShare }) => overloadOf(generatorShare)),
    ],
  };
}

/** The nth storm with recovery and the nth without ran one after the other. */
function pairsOf(legs: readonly StormLeg[], clients: number): StormPair[] {
  const without = legs.filter(({ recovers }) => !recovers);
  return legs
    .filter(({ recovers }) => recovers)
    .flatMap((leg, i) => {
      const other = without[i];
      if (!other) return [];
      return [
        {
          peer: leg.peer,
          aboveUs: ((leg.serverMs - other.serverMs) * 1000) / clients,
          redisAboveUs: ((leg.redisMs - other.redisMs) * 1000) / clients,
          withMs: leg.serverMs,
          withoutMs: other.serverMs,
          elapsedMs: leg.elapsedMs,
          recovered: leg.recovered,
          generatorShare: Math.max(leg.generatorShare, other.generatorShare),
          faults: [...leg.faults, ...other.faults],
        },
      ];
    });
}

function seatingOf({ clients }: Shape): Seating {
  return {
    channels: CHANNELS,
    seats: clients,
    seat: (index) => ({
      instance: 0,
      channels: upTo(FOLLOWED).map((n) => (index * FOLLOWED + n) % CHANNELS),
    }),
    publishers: [0, 0, 0, 0],
  };
}

function streamOf(perSecond: number) {
  return {
    channels: upTo(CHANNELS),
    groupsPerSecond: perSecond / 5,
    groupSize: 5,
    bytes: BYTES,
    priority: null,
  };
}
