import { setTimeout as delay } from 'node:timers/promises';
import { audienceOf, type Seating } from '../measure/audience.js';
import { firstInstance } from '../measure/first-instance.js';
import { collectedMemory, residentMemory } from '../measure/memory.js';
import { between, sample, shareOf } from '../measure/usage.js';
import { carillon, carillonAsShipped } from '../peers/carillon.js';
import { centrifugo } from '../peers/centrifugo.js';
import { nestRedisAdapter } from '../peers/nest-redis-adapter.js';
import type { Instance, Peer } from '../peers/peer.js';
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
import type { Scenario, Settings } from './scenario.js';
import { onStage, type Stage } from './stage.js';

/** Memory is the slope between two numbers of connections, so that what a server needs anyway is not in it. */
interface Shape {
  readonly from: number;
  readonly to: number;
  readonly idleSeconds: number;
}

interface MemoryLeg {
  readonly peer: string;
  /** KiB for each connection. */
  readonly resident: number;
  /** Heap and what hangs on it; null for a server that is not Node. */
  readonly heap: number | null;
  /** Microseconds of CPU in a second for each connection. */
  readonly idleCpu: number;
  /** Microseconds of CPU for each connection that comes. */
  readonly connectCpu: number;
  readonly faults: readonly string[];
}

const SHAPES: ByMode<Shape> = {
  quick: { from: 200, to: 1000, idleSeconds: 1 },
  standard: { from: 1000, to: 6000, idleSeconds: 4 },
  full: { from: 2000, to: 12_000, idleSeconds: 60 },
};

const ROUNDS: ByMode<number> = { quick: 1, standard: 1, full: 3 };

/** Of the server as it is shipped: two of its heartbeats fall into it, those of the others are 25 s apart. */
const SHIPPED_IDLE_S = 13;

/** Connections to a channel. */
const TOGETHER = 10;

const KIBIBYTE = 1024;

/** Until a server that cannot be told to collect its garbage has done so by itself, in milliseconds. */
const COLLECTION_MS = 2000;

const READINGS: readonly Reading<MemoryLeg>[] = [
  { key: 'resident', title: 'RSS KiB/connection', digits: 1, of: (leg) => leg.resident },
  { key: 'heap', title: 'heap KiB/connection', digits: 1, of: (leg) => leg.heap },
  { key: 'idle', title: 'idle CPU µs/s', digits: 2, of: (leg) => leg.idleCpu },
  { key: 'connect', title: 'CPU µs/connect', digits: 0, of: (leg) => leg.connectCpu },
];

/** S5: what a connection occupies that does nothing, after a full garbage collection. */
export const idleMemory: Scenario = {
  name: 'idle-memory',
  connections: (mode) => SHAPES[mode].to,
  run: measure,
};

async function measure(settings: Settings): Promise<Findings> {
  const shape = SHAPES[settings.mode];
  const beside = (
    settings.mode === 'quick' ? [centrifugo] : [socketIoRedisAdapter, centrifugo]
  ).filter((peer) => peer.missing() === null);
  const half = [carillon, carillonAsShipped, nestRedisAdapter, ...beside];
  const round = [...half, ...half.toReversed()];
  const order = Array.from({ length: ROUNDS[settings.mode] }, () => round).flat();
  const legs = await onStage(settings, async (stage) => {
    const done: MemoryLeg[] = [];
    for (const [index, peer] of order.entries()) {
      const head = `leg ${index + 1} of ${order.length}: ${peer.name},`;
      done.push(await runLeg(stage, peer, shape, (what) => settings.progress(`${head} ${what}`)));
    }
    return done;
  });
  return {
    setting: `from ${shape.from} to ${shape.to} connections, ${TOGETHER} in each channel, a new process for each leg`,
    columns: columnsOf(READINGS),
    rows: rowsOf(legs, READINGS),
    drawn: 'resident',
    claims: [
      claim(legs, carillon, nestRedisAdapter, 0.5),
      claim(legs, carillonAsShipped, nestRedisAdapter, null),
      ...beside.map((peer) => claim(legs, carillon, peer, peer === centrifugo ? 1 : null)),
    ],
    notes: missingOf([centrifugo]),
    faults: faultsOf(legs),
    legs,
  };
}

function claim(legs: readonly MemoryLeg[], own: Peer, peer: Peer, goal: number | null): Claim {
  const asShipped = own === carillonAsShipped ? ', as shipped' : '';
  return {
    what: `memory per idle connection${asShipped}`,
    against: peer.name,
    value: ratioOf(legs, own.name, peer.name, (leg) => leg.resident),
    unit: '×',
    goal: goal === null ? null : { kind: 'most', value: goal },
  };
}

async function runLeg(
  stage: Stage,
  peer: Peer,
  { from, to, idleSeconds: seconds }: Shape,
  progress: (what: string) => void,
): Promise<MemoryLeg> {
  // Memory is not given back: each leg needs a process of its own.
  const running = await stage.start(peer, { isProbed: true });
  const { generator } = stage;
  const instance = firstInstance(running);
  const isNode = peer !== centrifugo;
  progress(`connecting ${from}`);
  await generator.connect(audienceOf(running, 'idle-memory', seatingOf(to)), from);
  const few = await memoryOf(instance, isNode);
  progress(`connecting ${to}`);
  const beforeConnecting = sample(running);
  await generator.admit(to);
  const connecting = between(beforeConnecting, sample(running));
  progress('collecting garbage');
  const many = await memoryOf(instance, isNode);
  const idleSeconds = peer === carillonAsShipped ? Math.max(seconds, SHIPPED_IDLE_S) : seconds;
  progress('idle');
  const beforeIdle = sample(running);
  await delay(idleSeconds * 1000);
  const idle = between(beforeIdle, sample(running));
  // That everybody is still there and in their channel.
  const stream = { channels: [0], groupsPerSecond: 10, groupSize: 1, bytes: 64, priority: null };
  const { faults } = await generator.run({ streams: [stream], seconds: 0.2 });
  await generator.disconnect();
  running.check();
  await stage.stop(running);
  const added = to - from;
  return {
    peer: peer.name,
    resident: (many.rss - few.rss) / KIBIBYTE / added,
    heap: many.heap === null ? null : (many.heap - (few.heap ?? 0)) / KIBIBYTE / added,
    idleCpu: (shareOf(idle) * 1_000_000) / to,
    connectCpu: (connecting.server.user + connecting.server.system) / added,
    faults,
  };
}

async function memoryOf(
  instance: Instance,
  isNode: boolean,
): Promise<{ readonly rss: number; readonly heap: number | null }> {
  if (isNode) return collectedMemory(instance);
  await delay(COLLECTION_MS);
  return { rss: residentMemory(instance), heap: null };
}

function seatingOf(seats: number): Seating {
  return {
    channels: Math.ceil(seats / TOGETHER),
    seats,
    seat: (index) => ({ instance: 0, channels: [Math.trunc(index / TOGETHER)] }),
    publishers: [0],
  };
}
