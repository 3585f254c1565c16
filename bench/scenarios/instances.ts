import { setTimeout as delay } from 'node:timers/promises';
import { audienceOf, type Seating, upTo } from '../measure/audience.js';
import {
  aboveIdle,
  type CostLeg,
  type MeasuredLeg,
  type Pace,
  runCostLeg,
  warmUp,
} from '../measure/cost-leg.js';
import { spreadOf } from '../measure/spread.js';
import { carillon } from '../peers/carillon.js';
import { centrifugo } from '../peers/centrifugo.js';
import type { Peer, RunningPeer } from '../peers/peer.js';
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
import { perDelivery, redisPerPublish } from './cost-per-delivery.js';
import { missingOf } from './missing.js';
import type { ByMode } from './mode.js';
import { practise } from './practice.js';
import type { Scenario, Settings } from './scenario.js';
import { onStage } from './stage.js';

interface Shape {
  readonly clients: number;
  readonly publishesPerSecond: number;
  readonly pace: Pace;
  readonly rounds: number;
}

const SHAPES: ByMode<Shape> = {
  quick: {
    clients: 200,
    publishesPerSecond: 200,
    pace: { compile: 0.5, warmUp: 0.3, idle: 1, load: 1.5 },
    rounds: 1,
  },
  standard: {
    clients: 2000,
    publishesPerSecond: 1000,
    pace: { compile: 3, warmUp: 1, idle: 5, load: 5 },
    rounds: 1,
  },
  full: {
    clients: 2000,
    publishesPerSecond: 1000,
    pace: { compile: 5, warmUp: 2, idle: 10, load: 10 },
    rounds: 3,
  },
};

const MANY = 8;
const WARM_UP_OF_MANY = 4;
const BYTES = 200;

/** Members of a channel, all at one instance. */
const MEMBERS = 2;

const READINGS: readonly Reading<CostLeg>[] = [
  { key: 'both', title: 'server + Redis µs/delivery', digits: 1, of: both },
  { key: 'cpu', title: 'server µs/delivery', digits: 1, of: perDelivery },
  { key: 'redis', title: 'Redis µs/publish', digits: 1, of: redisPerPublish },
  { key: 'p99', title: 'p99 ms', digits: 1, of: (leg) => leg.latency.p99 },
  { key: 'idle', title: 'idle %', digits: 1, of: (leg) => leg.idleShare * 100 },
  { key: 'load', title: 'generator %', digits: 0, of: (leg) => leg.generatorShare * 100 },
];

/**
 * S7: the same clients and messages on one instance and on eight that share a core. Each channel lives
 * on one instance, so a server that sends only where somebody listens has nothing more to do.
 */
export const instances: Scenario = {
  name: 'instances',
  connections: (mode) => SHAPES[mode].clients,
  run: measure,
};

async function measure(settings: Settings): Promise<Findings> {
  const { mode, progress } = settings;
  const shape = SHAPES[mode];
  const others = [socketIoRedisAdapter, centrifugo].filter((peer) => peer.missing() === null);
  const legs = await onStage(settings, async (stage) => {
    const { generator } = stage;
    const stream = {
      channels: upTo(shape.clients / MEMBERS),
      groupsPerSecond: shape.publishesPerSecond,
      groupSize: 1,
      bytes: BYTES,
      priority: null,
    };
    const done: MeasuredLeg[] = [];
    for (const peer of [carillon, ...others]) {
      const sides: Side[] = [];
      for (const count of [1, MANY]) {
        const running = await stage.start(peer, { instances: count });
        sides.push({ running, label: labelOf(peer, count) });
        await practise({ peer: running, generator: stage.generator, mode, progress });
        const audience = audienceOf(running, 'instances-warm', seatingOf(shape, count));
        // Each of many has a part of the load, and as much to compile.
        const seconds = shape.pace.compile * (count === 1 ? 1 : WARM_UP_OF_MANY);
        await warmUp({ peer: running, generator, audience, stream, seconds });
      }
      // Those of many are apart: the second of two in a row idles dearer.
      const round = [...sides.toReversed(), ...sides];
      const order = Array.from({ length: shape.rounds }, () => round).flat();
      for (const [index, { running, label }] of order.entries()) {
        const head = `leg ${index + 1} of ${order.length}: ${label},`;
        const seating = seatingOf(shape, running.instances.length);
        const audience = audienceOf(running, `instances-${index}`, seating);
        const say = (what: string): void => progress(`${head} ${what}`);
        const { pace } = shape;
        done.push(
          await runCostLeg({
            peer: running,
            label,
            generator,
            audience,
            stream,
            pace,
            progress: say,
          }),
        );
      }
      for (const { running } of sides) await stage.stop(running);
      await delay(200);
    }
    return aboveIdle(done);
  });
  return {
    setting: `${shape.clients} clients, channels of ${MEMBERS}, ${shape.publishesPerSecond} publishes/s, ${BYTES} bytes; CPU above idling`,
    columns: columnsOf(READINGS),
    rows: rowsOf(legs, READINGS),
    drawn: 'both',
    claims: [growth(legs, carillon, 1.15), ...others.flatMap((peer) => beside(legs, peer))],
    notes: missingOf([centrifugo]),
    faults: faultsOf(legs),
    legs,
  };
}

interface Side {
  readonly running: RunningPeer;
  readonly label: string;
}

function seatingOf({ clients }: Shape, count: number): Seating {
  return {
    channels: clients / MEMBERS,
    seats: clients,
    seat: (index) => {
      const channel = Math.trunc(index / MEMBERS);
      return { instance: channel % count, channels: [channel] };
    },
    // As many on one instance as on eight: how often a publisher writes changes what a publish costs.
    publishers: upTo(MANY).map((index) => index % count),
  };
}

function both(leg: CostLeg): number {
  return perDelivery(leg) + (leg.redis ?? 0) / leg.delivered;
}

function growth(legs: readonly CostLeg[], peer: Peer, goal: number | null): Claim {
  return {
    what: `${peer.name}: C(${MANY})/C(1)`,
    against: null,
    value: ratioOf(legs, labelOf(peer, MANY), labelOf(peer, 1), both),
    unit: '×',
    goal: goal === null ? null : { kind: 'most', value: goal },
  };
}

/** How a peer grows, and ours beside it where both have grown. */
function beside(legs: readonly CostLeg[], peer: Peer): Claim[] {
  const theirs = spreadOf(legs.filter((leg) => leg.peer === labelOf(peer, MANY)).map(both));
  const ours = legs.filter((leg) => leg.peer === labelOf(carillon, MANY)).map(both);
  return [
    growth(legs, peer, null),
    {
      what: `server + Redis CPU per delivery on ${MANY} instances`,
      against: peer.name,
      value: spreadOf(ours.map((own) => own / theirs.median)),
      unit: '×',
      goal: peer === centrifugo ? { kind: 'most', value: 1 } : null,
    },
  ];
}

function labelOf(peer: Peer, count: number): string {
  return `${peer.name} ×${count}`;
}
