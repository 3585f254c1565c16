import { setTimeout as delay } from 'node:timers/promises';
import type { Latency } from '../load/orders.js';
import { audienceOf } from '../measure/audience.js';
import { firstInstance } from '../measure/first-instance.js';
import { overloadOf } from '../measure/generator-limit.js';
import { collectedMemory } from '../measure/memory.js';
import { spreadOf } from '../measure/spread.js';
import { missingStall } from '../measure/stall-evidence.js';
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
import { practise } from './practice.js';
import type { Scenario, Settings } from './scenario.js';
import { onStage, type Stage } from './stage.js';
import {
  beside,
  type Circle,
  filling,
  LARGE_BYTES,
  NEIGHBOURS,
  neighbourChannels,
  seatingOf,
  SMALL_BYTES,
  SMALL_PER_SECOND,
} from './stalled-traffic.js';

interface Shape extends Circle {
  /** Until more waits for those who stall than the kernel holds. */
  readonly fillSeconds: number;
  /** In which neighbours are measured. */
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
  /** Of the same neighbours, while what is large is sent to the others. */
  readonly besideLarge: Latency;
  /** What those who stalled were told to have lost, once they read again. */
  readonly told: number;
  readonly ended: number;
  readonly generatorShare: number;
  readonly faults: readonly string[];
}

/**
 * The kernel holds up to 4 MiB that a connection was sent, so each of those who stall is sent more than
 * that. The server ends them 30 s after: a leg is over by then.
 */
const SHAPES: ByMode<Shape> = {
  quick: {
    ...{ stalled: 5, perStalled: 80, healthy: 50 },
    ...{ fillSeconds: 2, seconds: 1.5, rounds: 1 },
  },
  standard: {
    ...{ stalled: 50, perStalled: 8, healthy: 100 },
    ...{ fillSeconds: 20, seconds: 10, rounds: 1 },
  },
  full: {
    ...{ stalled: 50, perStalled: 8, healthy: 100 },
    ...{ fillSeconds: 20, seconds: 15, rounds: 3 },
  },
};

const ROUND = [false, true, true, false];

const WARM_UP_S = 2;

const DECODED_EVERY = 2;

const MEMORY_GOAL_KIB = 256;
const LATENCY_GOAL = 1.2;
const KIBIBYTE = 1024;

const READINGS: readonly Reading<StalledLeg>[] = [
  { key: 'rss', title: 'RSS MiB', digits: 1, of: (leg) => leg.resident / KIBIBYTE / KIBIBYTE },
  { key: 'held', title: 'held MiB', digits: 1, of: (leg) => leg.held / KIBIBYTE / KIBIBYTE },
  { key: 'p50', title: 'neighbours p50 ms', digits: 2, of: ({ latency }) => latency.p50 },
  { key: 'p99', title: 'neighbours p99 ms', digits: 2, of: ({ latency }) => latency.p99 },
  {
    key: 'large',
    title: 'p99 beside the large',
    digits: 1,
    of: ({ besideLarge }) => besideLarge.p99,
  },
  { key: 'told', title: 'told lost', digits: 0, of: (leg) => leg.told },
  { key: 'ended', title: 'ended', digits: 0, of: (leg) => leg.ended },
  { key: 'load', title: 'generator %', digits: 0, of: (leg) => leg.generatorShare * 100 },
];

/** S8: some clients stop reading; what that costs the server, and their neighbours. */
export const stalledNeighbour: Scenario = {
  name: 'stalled-neighbour',
  connections: (mode) => SHAPES[mode].stalled + SHAPES[mode].healthy,
  run: measure,
};

async function measure(settings: Settings): Promise<Findings> {
  const { mode, progress } = settings;
  const shape = SHAPES[mode];
  const legs = await onStage(settings, async (stage) => {
    const done: StalledLeg[] = [];
    for (const peer of [carillon, socketIoRedisAdapter]) {
      const order = Array.from({ length: shape.rounds }, () => ROUND).flat();
      for (const [index, stalls] of order.entries()) {
        // Memory that was taken once is not always given back: a process of its own for each leg.
        const running = await stage.start(peer, { isProbed: true });
        await practise({ peer: running, generator: stage.generator, mode, progress });
        const what = stalls ? `${shape.stalled} stall` : 'nobody stalls';
        progress(`leg ${index + 1} of ${order.length}: ${peer.name}, ${what}`);
        done.push(await runLeg({ stage, running, shape, stalls, leg: `stalled-${index}` }));
        await stage.stop(running);
      }
    }
    return done;
  });
  const perClient = (peer: string, of = residentOf) => memoryOf(legs, peer, shape.stalled, of);
  return {
    setting: settingOf(shape),
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
        what: 'heap and buffers for each stalled client, which memory that was free already may hide',
        against: null,
        value: perClient(carillon.name, heldOf),
        unit: 'KiB',
        goal: { kind: 'most', value: MEMORY_GOAL_KIB },
      },
      {
        what: "neighbours' p99 while what is large is sent to the others",
        against: 'nobody stalls',
        value: ratioOf(
          legs,
          labelOf(carillon.name, true),
          labelOf(carillon.name, false),
          ({ besideLarge }) => besideLarge.p99,
        ),
        unit: '×',
        goal: null,
      },
      {
        what: `process RSS for each stalled client, ${socketIoRedisAdapter.name}`,
        against: null,
        value: perClient(socketIoRedisAdapter.name),
        unit: 'KiB',
        goal: null,
      },
    ],
    notes: [],
    faults: faultsOf(legs),
    legs,
  };
}

function settingOf({ stalled, perStalled, healthy, fillSeconds, seconds }: Shape): string {
  const large = `${perStalled}/s of ${LARGE_BYTES} bytes each for ${fillSeconds} s`;
  const small = `${SMALL_PER_SECOND}/s of ${SMALL_BYTES} bytes each for ${seconds} s`;
  return `${stalled} clients stop reading, or do not, and are sent ${large}; then they and ${healthy} neighbours are sent ${small}, which is when neighbours are measured; everybody has a channel of their own`;
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
  const special = { decodedEvery: DECODED_EVERY, mayLose: stalls, keeps: neighbourChannels(shape) };
  await generator.connect(audienceOf(running, leg, seatingOf(shape), special));
  await delay(300);
  const first = await generator.run({ streams: beside(shape), seconds: 0.5 });
  // What is measured beside the large ones would else begin with code that was never run.
  const warm = await generator.run({ streams: filling(shape), seconds: WARM_UP_S });
  if (stalls) await generator.stall(shape.stalled);
  const filled = await generator.run({ streams: filling(shape), seconds: shape.fillSeconds });
  const load = await generator.run({ streams: beside(shape), seconds: shape.seconds });
  const { rss, heap } = await collectedMemory(firstInstance(running));
  const back = await generator.wake();
  await generator.disconnect();
  running.check();
  await delay(500);
  const neighbours = load.streams[NEIGHBOURS];
  const besideLarge = filled.streams[NEIGHBOURS]?.all;
  if (!neighbours || !besideLarge) throw new Error('the generator told of no stream');
  const stall = {
    clients: shape.stalled,
    toldBefore: first.told + warm.told,
    deprived: back.deprived,
    ended: back.ended,
    refused: first.refused + warm.refused + filled.refused + load.refused,
    tells: running.name === carillon.name,
  };
  return {
    peer: labelOf(running.name, stalls),
    resident: rss,
    held: heap,
    latency: neighbours.all,
    besideLarge,
    told: back.told,
    ended: back.ended,
    generatorShare: load.generatorShare,
    faults: [
      // Those of a connection stay: the last are all.
      ...back.faults,
      ...[filled, load].flatMap(({ generatorShare }) => overloadOf(generatorShare)),
      ...(stalls ? missingStall(stall) : []),
    ],
  };
}

/** KiB for each of those who stalled, above the leg in which nobody did that was run beside. */
function memoryOf(
  legs: readonly StalledLeg[],
  peer: string,
  stalled: number,
  of: (leg: StalledLeg) => number,
) {
  const calm = legs.filter((leg) => leg.peer === labelOf(peer, false));
  const stalling = legs.filter((leg) => leg.peer === labelOf(peer, true));
  return spreadOf(
    stalling.flatMap((leg, index) => {
      const beside = calm[index];
      return beside ? [(of(leg) - of(beside)) / KIBIBYTE / stalled] : [];
    }),
  );
}

function residentOf({ resident }: StalledLeg): number {
  return resident;
}

function heldOf({ held }: StalledLeg): number {
  return held;
}

function labelOf(peer: string, stalls: boolean): string {
  return `${peer}, ${stalls ? 'some stall' : 'nobody stalls'}`;
}
