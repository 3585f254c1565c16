import { setTimeout as delay } from 'node:timers/promises';
import type { Latency, Stream } from '../load/orders.js';
import { audienceOf, type Seating, upTo } from '../measure/audience.js';
import { firstInstance } from '../measure/first-instance.js';
import { overloadOf } from '../measure/generator-limit.js';
import { collectedMemory } from '../measure/memory.js';
import { spreadOf } from '../measure/spread.js';
import { carillon } from '../peers/carillon.js';
import type { RunningPeer } from '../peers/peer.js';
import { socketIoRedisAdapter } from '../peers/socket-io-redis-adapter.js';
import {
  columnsOf,
  faultsOf,
  type Findings,
  ratioOf,
  type Reading,
  rowsOf,
} from '../report/result.js';
import type { ByMode } from './mode.js';
import type { Scenario, Settings } from './scenario.js';
import { onStage, type Stage } from './stage.js';

interface Shape {
  readonly stalled: number;
  /** Messages per second. */
  readonly perStalled: number;
  readonly healthy: number;
  readonly seconds: number;
  readonly rounds: number;
}

interface StalledLeg {
  readonly peer: string;
  /** Of the server process, after a full garbage collection, while nobody has read on yet; bytes. */
  readonly resident: number;
  /** Of its heap and what hangs on it, likewise: without what the allocator keeps for later. */
  readonly held: number;
  readonly latency: Latency;
  /** What those who stalled were told to have lost, once they read again. */
  readonly told: number;
  readonly ended: number;
  readonly generatorShare: number;
  readonly faults: readonly string[];
}

/**
 * The kernel holds up to 4 MiB that a connection was sent, so each of those who stall is sent more than
 * that.
 */
const SHAPES: ByMode<Shape> = {
  quick: { stalled: 10, perStalled: 20, healthy: 50, seconds: 4, rounds: 1 },
  standard: { stalled: 50, perStalled: 8, healthy: 100, seconds: 20, rounds: 1 },
  full: { stalled: 100, perStalled: 6, healthy: 100, seconds: 30, rounds: 2 },
};

/** Each has messages of its own, so that no two share what waits. */
const STALLED_BYTES = 32_768;
/** For the compiler, and for memory to take its shape. */
const WARM_UP = [false];
const ROUND = [false, true, true, false];

const PER_HEALTHY = 10;
const HEALTHY_BYTES = 200;
const DECODED_EVERY = 2;

const MEMORY_GOAL_KIB = 256;
const LATENCY_GOAL = 1.2;
const KIBIBYTE = 1024;

const READINGS: readonly Reading<StalledLeg>[] = [
  { key: 'rss', title: 'RSS MiB', digits: 1, of: (leg) => leg.resident / KIBIBYTE / KIBIBYTE },
  { key: 'held', title: 'held MiB', digits: 1, of: (leg) => leg.held / KIBIBYTE / KIBIBYTE },
  { key: 'p50', title: 'neighbours p50 ms', digits: 2, of: ({ latency }) => latency.p50 },
  { key: 'p99', title: 'neighbours p99 ms', digits: 2, of: ({ latency }) => latency.p99 },
  { key: 'told', title: 'told lost', digits: 0, of: (leg) => leg.told },
  { key: 'ended', title: 'ended', digits: 0, of: (leg) => leg.ended },
  { key: 'load', title: 'generator %', digits: 0, of: (leg) => leg.generatorShare * 100 },
];

/** S8: some clients stop reading; what that costs the server, and their neighbours. */
export const stalledNeighbour: Scenario = {
  name: 'stalled-neighbour',
  number: 'S8',
  title: 'memory that a client which does not read costs, and how late its neighbours are',
  run: measure,
};

async function measure(settings: Settings): Promise<Findings> {
  const shape = SHAPES[settings.mode];
  const legs = await onStage(settings, async (stage) => {
    const done: StalledLeg[] = [];
    for (const peer of [carillon, socketIoRedisAdapter]) {
      const running = await stage.start(peer, { isProbed: true });
      const rounds = Array.from({ length: shape.rounds }, () => ROUND).flat();
      const warmUp = peer === carillon ? WARM_UP : [];
      const order = [...warmUp, ...(peer === carillon ? rounds : [false, true])];
      for (const [index, stalls] of order.entries()) {
        const what = stalls ? `${shape.stalled} stall` : 'nobody stalls';
        settings.progress(`leg ${index + 1} of ${order.length}: ${peer.name}, ${what}`);
        const leg = await runLeg({ stage, running, shape, stalls, leg: `stalled-${index}` });
        if (index >= warmUp.length) done.push(leg);
      }
      await stage.stop(running);
    }
    return done;
  });
  const perClient = (peer: string) => memoryOf(legs, peer, shape.stalled);
  return {
    setting: `${shape.stalled} clients stop reading ${shape.perStalled}/s of ${STALLED_BYTES} bytes each, ${shape.healthy} neighbours read ${PER_HEALTHY}/s of ${HEALTHY_BYTES}, ${shape.seconds} s; everybody has a channel of their own`,
    columns: columnsOf(READINGS),
    rows: rowsOf(legs, READINGS),
    drawn: 'rss',
    claims: [
      {
        what: 'process RSS for each stalled client',
        against: null,
        value: perClient(carillon.name),
        unit: 'KiB',
        goal: { kind: 'most', value: MEMORY_GOAL_KIB },
      },
      {
        what: "neighbours' p99",
        against: 'nobody stalls',
        value: ratioOf(
          legs,
          labelOf(carillon.name, true),
          labelOf(carillon.name, false),
          ({ latency }) => latency.p99,
        ),
        unit: '×',
        goal: { kind: 'most', value: LATENCY_GOAL },
      },
      {
        what: `process RSS for each stalled client, ${socketIoRedisAdapter.name}`,
        against: null,
        value: perClient(socketIoRedisAdapter.name),
        unit: 'KiB',
        goal: null,
      },
    ],
    notes: hiddenBy(legs),
    faults: faultsOf(legs),
    legs,
  };
}

/** Where the kernel held everything, nothing was found out about the server. */
function hiddenBy(legs: readonly StalledLeg[]): string[] {
  const stalled = legs.filter(({ peer }) => peer === labelOf(carillon.name, true));
  if (stalled.every(({ told, ended }) => told + ended > 0)) return [];
  return [
    'The kernel held all that was not read: the memory of the server was not put to the test.',
  ];
}

interface LegPlan {
  readonly stage: Stage;
  readonly running: RunningPeer;
  readonly shape: Shape;
  readonly stalls: boolean;
  readonly leg: string;
}

async function runLeg({ stage, running, shape, stalls, leg }: LegPlan): Promise<StalledLeg> {
  const { generator } = stage;
  // A client that is sent as much as this may lose some to a stall of its own: it is told, and shown.
  const special = { decodedEvery: DECODED_EVERY, mayLose: true };
  await generator.connect(audienceOf(running, leg, seatingOf(shape), special));
  await delay(300);
  await generator.run({ streams: streamsOf(shape), seconds: 0.5 });
  if (stalls) await generator.stall(shape.stalled);
  const load = await generator.run({ streams: streamsOf(shape), seconds: shape.seconds });
  const { rss, heap } = await collectedMemory(firstInstance(running));
  const back = await generator.wake();
  await generator.disconnect();
  running.check();
  await delay(500);
  const neighbours = load.streams[1];
  if (!neighbours) throw new Error('the generator told of no stream');
  return {
    peer: labelOf(running.name, stalls),
    resident: rss,
    held: heap,
    latency: neighbours.all,
    told: back.told,
    ended: back.ended,
    generatorShare: load.generatorShare,
    faults: [...load.faults, ...back.faults, ...overloadOf(load.generatorShare)],
  };
}

function seatingOf({ stalled, healthy }: Shape): Seating {
  return {
    channels: stalled + healthy,
    seats: stalled + healthy,
    seat: (index) => ({ instance: 0, channels: [index] }),
    publishers: [0, 0, 0, 0],
  };
}

function streamsOf({ stalled, perStalled, healthy }: Shape): Stream[] {
  return [
    {
      channels: upTo(stalled),
      groupsPerSecond: perStalled * stalled,
      groupSize: 1,
      bytes: STALLED_BYTES,
      priority: null,
    },
    {
      channels: upTo(healthy).map((channel) => stalled + channel),
      groupsPerSecond: PER_HEALTHY * healthy,
      groupSize: 1,
      bytes: HEALTHY_BYTES,
      priority: null,
    },
  ];
}

/**
 * KiB for each of those who stalled above the leg before anybody had: memory that was taken once is not
 * always given back, so that a later leg would flatter.
 */
function memoryOf(legs: readonly StalledLeg[], peer: string, stalled: number) {
  const before = legs.find((leg) => leg.peer === labelOf(peer, false))?.resident ?? Number.NaN;
  return spreadOf(
    legs
      .filter((leg) => leg.peer === labelOf(peer, true))
      .map(({ resident }) => (resident - before) / KIBIBYTE / stalled),
  );
}

function labelOf(peer: string, stalls: boolean): string {
  return `${peer}, ${stalls ? 'some stall' : 'nobody stalls'}`;
}
