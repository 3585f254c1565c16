import { Redis } from 'ioredis';
import { audienceOf, oneChannel } from '../measure/audience.js';
import { aboveIdle, runCostLeg } from '../measure/cost-leg.js';
import { operationCost, type OperationPlan } from '../measure/redis-operation.js';
import { bareWrites } from '../peers/bare-writes.js';
import { startRedis } from '../processes/redis.js';
import { columnsOf, faultsOf, type Findings, type Reading, rowsOf } from '../report/result.js';
import { perDelivery } from './cost-per-delivery.js';
import type { ByMode } from './mode.js';
import type { Scenario, Settings } from './scenario.js';
import { onStage } from './stage.js';

interface Shape {
  readonly sockets: number;
  readonly seconds: number;
}

interface Operation {
  readonly peer: string;
  /** Microseconds of CPU for each. */
  readonly cpu: number;
  readonly perSecond: number | null;
  readonly faults: readonly string[];
}

const SHAPES: ByMode<Shape> = {
  quick: { sockets: 300, seconds: 0.5 },
  standard: { sockets: 1000, seconds: 2 },
  full: { sockets: 1000, seconds: 5 },
};

const MESSAGE = 'x'.repeat(200);
const EMPTY = 'return 1';
const LOGGED =
  "redis.call('XADD', KEYS[1], 'MAXLEN', '~', 1000, '*', 'm', ARGV[1]) redis.call('PUBLISH', KEYS[1], ARGV[1]) return 1";

const OPERATIONS: readonly (Pick<OperationPlan, 'depth' | 'once'> & { readonly name: string })[] = [
  ...[1, 16, 64].map((depth) => ({
    name: `PUBLISH, ${depth} at a time`,
    depth,
    once: (redis: Redis) => redis.publish('calibration', MESSAGE),
  })),
  { name: 'empty script', depth: 16, once: (redis) => redis.eval(EMPTY, 0) },
  {
    name: 'XADD and PUBLISH in a script',
    depth: 16,
    once: (redis) => redis.eval(LOGGED, 1, 'calibration', MESSAGE),
  },
];

const READINGS: readonly Reading<Operation>[] = [
  { key: 'cpu', title: 'CPU µs each', digits: 2, of: (it) => it.cpu },
  { key: 'rate', title: 'per second', digits: 0, of: (it) => it.perSecond },
];

/** S0: what this machine takes for the things that everything else is made of. No goal: the floor. */
export const calibration: Scenario = {
  name: 'calibration',
  connections: (mode) => SHAPES[mode].sockets,
  run: measure,
};

async function measure(settings: Settings): Promise<Findings> {
  const { mode, progress } = settings;
  const { sockets, seconds } = SHAPES[mode];
  const write = await onStage(settings, async (stage) => {
    const peer = await stage.start(bareWrites);
    const leg = await runCostLeg({
      peer,
      label: 'bare write of 64 bytes',
      generator: stage.generator,
      audience: audienceOf(peer, 'calibration', oneChannel(sockets)),
      stream: { channels: [0], groupsPerSecond: 20, groupSize: 1, bytes: 64, priority: null },
      pace: { compile: 0, warmUp: seconds, idle: seconds, load: seconds * 2 },
      progress,
    });
    return aboveIdle([leg]);
  });
  const legs: Operation[] = [
    ...write.map((leg) => ({
      peer: leg.peer,
      cpu: perDelivery(leg),
      perSecond: null,
      faults: leg.faults,
    })),
    ...(await redisOperations(seconds, progress)),
  ];
  return {
    setting: `${sockets} sockets; Redis from one client`,
    columns: columnsOf(READINGS),
    rows: rowsOf(legs, READINGS),
    drawn: 'cpu',
    claims: [],
    notes: [],
    faults: faultsOf(legs),
    legs,
  };
}

async function redisOperations(
  seconds: number,
  progress: (what: string) => void,
): Promise<Operation[]> {
  const server = await startRedis('other');
  const redis = new Redis(server.url);
  try {
    const legs: Operation[] = [];
    for (const { name, depth, once } of OPERATIONS) {
      progress(name);
      const redisPid = server.child.pid;
      const cost = await operationCost({ redis, redisPid, depth, seconds, once });
      legs.push({ peer: name, cpu: cost.redis, perSecond: cost.perSecond, faults: [] });
    }
    return legs;
  } finally {
    redis.disconnect();
    await server.stop();
  }
}
