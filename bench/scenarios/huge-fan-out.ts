import { setTimeout as delay } from 'node:timers/promises';
import type { Latency } from '../load/orders.js';
import { audienceOf, oneChannel } from '../measure/audience.js';
import { firstInstance } from '../measure/first-instance.js';
import { overloadOf } from '../measure/generator-limit.js';
import { type LoopDelay, loopDelayDuring } from '../measure/loop-delay.js';
import { spreadOf } from '../measure/spread.js';
import { carillon } from '../peers/carillon.js';
import type { RunningPeer } from '../peers/peer.js';
import { socketIoRedisAdapter } from '../peers/socket-io-redis-adapter.js';
import { columnsOf, faultsOf, type Findings, type Reading, rowsOf } from '../report/result.js';
import type { ByMode } from './mode.js';
import { practise } from './practice.js';
import type { Scenario, Settings } from './scenario.js';
import { onStage, type Stage } from './stage.js';

interface Shape {
  readonly seats: number;
  readonly warmUp: number;
  readonly seconds: number;
  readonly rounds: number;
}

interface FanOutLeg {
  readonly peer: string;
  readonly loop: LoopDelay;
  readonly latency: Latency;
  readonly delivered: number;
  readonly generatorShare: number;
  readonly faults: readonly string[];
}

const SHAPES: ByMode<Shape> = {
  quick: { seats: 2000, warmUp: 1, seconds: 2, rounds: 1 },
  standard: { seats: 10_000, warmUp: 3, seconds: 10, rounds: 1 },
  full: { seats: 10_000, warmUp: 5, seconds: 30, rounds: 3 },
};

const PER_SECOND = 2;
const BYTES = 200;
const GOAL_MS = 20;

/** After so many connections came, their garbage is somebody else's business. */
const SETTLE_MS = 1500;

const READINGS: readonly Reading<FanOutLeg>[] = [
  { key: 'loop99', title: 'loop p99 ms', digits: 1, of: ({ loop }) => loop.p99 },
  { key: 'loop999', title: 'loop delay p99.9 ms', digits: 1, of: ({ loop }) => loop.p999 },
  { key: 'loopMax', title: 'max', digits: 1, of: ({ loop }) => loop.max },
  { key: 'p50', title: 'p50 ms', digits: 1, of: ({ latency }) => latency.p50 },
  { key: 'p99', title: 'p99 ms', digits: 1, of: ({ latency }) => latency.p99 },
  { key: 'delivered', title: 'delivered', digits: 0, of: (leg) => leg.delivered },
  { key: 'load', title: 'generator %', digits: 0, of: (leg) => leg.generatorShare * 100 },
];

/** S1 at its largest: how long a message to everybody keeps the server from everything else. */
export const hugeFanOut: Scenario = {
  name: 'huge-fan-out',
  connections: (mode) => SHAPES[mode].seats,
  run: measure,
};

async function measure(settings: Settings): Promise<Findings> {
  const { mode, progress } = settings;
  const shape = SHAPES[mode];
  const legs = await onStage(settings, async (stage) => {
    const ours = await stage.start(carillon, { isProbed: true });
    const theirs = await stage.start(socketIoRedisAdapter, { isProbed: true });
    for (const peer of [ours, theirs])
      await practise({ peer, generator: stage.generator, mode, progress });
    const order = Array.from({ length: shape.rounds }, () => [ours, theirs, ours]).flat();
    const done: FanOutLeg[] = [];
    for (const [index, peer] of order.entries()) {
      progress(`leg ${index + 1} of ${order.length}: ${peer.name}, ${shape.seats} sockets`);
      done.push(await runLeg(stage, peer, shape, `fan-out-${index}`));
    }
    return done;
  });
  const own = legs.filter(({ peer }) => peer === carillon.name);
  return {
    setting: `${shape.seats} sockets in one channel, ${PER_SECOND}/s, ${BYTES} bytes`,
    columns: columnsOf(READINGS),
    rows: rowsOf(legs, READINGS),
    drawn: 'loop999',
    claims: [
      {
        what: `event-loop delay p99.9 during a fan-out to ${shape.seats} sockets`,
        against: null,
        value: spreadOf(own.map(({ loop }) => loop.p999)),
        unit: 'ms',
        goal: { kind: 'most', value: GOAL_MS },
      },
    ],
    notes: [],
    faults: faultsOf(legs),
    legs,
  };
}

async function runLeg(
  { generator }: Stage,
  peer: RunningPeer,
  { seats, warmUp, seconds }: Shape,
  leg: string,
): Promise<FanOutLeg> {
  const stream = {
    channels: [0],
    groupsPerSecond: PER_SECOND,
    groupSize: 1,
    bytes: BYTES,
    priority: null,
  };
  await generator.connect(audienceOf(peer, leg, oneChannel(seats)));
  await delay(SETTLE_MS);
  await generator.run({ streams: [stream], seconds: warmUp });
  const [load, loop] = await loopDelayDuring(firstInstance(peer), () =>
    generator.run({ streams: [stream], seconds }),
  );
  await generator.disconnect();
  peer.check();
  // The sockets of this leg are really gone before the next one comes.
  await delay(SETTLE_MS);
  const [only] = load.streams;
  if (!only) throw new Error('the generator told of no stream');
  return {
    peer: peer.name,
    loop,
    latency: only.all,
    delivered: load.delivered,
    generatorShare: load.generatorShare,
    faults: [...load.faults, ...overloadOf(load.generatorShare)],
  };
}
