import type { CostLeg } from '../measure/cost-leg.js';
import { type Seating, upTo } from '../measure/audience.js';
import { carillon } from '../peers/carillon.js';
import { centrifugo } from '../peers/centrifugo.js';
import { socketIoRedisStreams } from '../peers/socket-io-redis-streams.js';
import { type Claim, ratioOf, type Reading, rowsOf } from '../report/result.js';
import { costScenario, type CostShape, ROUNDS } from './cost.js';
import { redisPerPublish, settingOf } from './cost-per-delivery.js';
import type { Scenario } from './scenario.js';

const CHANNELS = 128;

/** One for each channel: so many write that none writes often. */
const MANY = CHANNELS;
/** As back ends do that publish for others: each writes without pause. */
const FEW = 16;

/** A few listen, so that what is published is seen to arrive; what they cost is next to nothing. */
const SUBSCRIBERS = 8;

const REDIS_GOAL_US = 12;

const READINGS: readonly Reading<CostLeg>[] = [
  { key: 'cpu', title: 'Node CPU µs/publish', digits: 1, of: perPublish },
  { key: 'user', title: 'user', digits: 1, of: ({ server, published }) => server.user / published },
  {
    key: 'system',
    title: 'system',
    digits: 1,
    of: ({ server, published }) => server.system / published,
  },
  { key: 'redis', title: 'Redis µs/publish', digits: 1, of: redisPerPublish },
  { key: 'p99', title: 'p99 ms', digits: 1, of: (leg) => leg.latency.p99 },
  { key: 'load', title: 'generator %', digits: 0, of: (leg) => leg.generatorShare * 100 },
];

/** What is to hold; and the same publishes from a few connections, of which nothing was promised. */
export const publishWithLog = publishing('publish-with-log', MANY, true);
export const publishByFew = publishing('publish-by-few', FEW, false);

function publishing(name: string, publishers: number, isPromised: boolean): Scenario {
  const shape = (groupsPerSecond: number): CostShape => shapeOf(publishers, groupsPerSecond);
  return costScenario({
    name,
    peers: [carillon, socketIoRedisStreams, centrifugo],
    floor: null,
    rounds: ROUNDS,
    shapes: { quick: shape(200), standard: shape(500), full: shape(500) },
    setting: settingOf,
    readings: READINGS,
    drawn: 'cpu',
    claims: (legs, present) => [
      {
        what: 'Node CPU per publish with the log',
        against: socketIoRedisStreams.name,
        value: ratioOf(legs, carillon.name, socketIoRedisStreams.name, perPublish),
        unit: '×',
        goal: isPromised ? { kind: 'most', value: 0.6 } : null,
      },
      ...redisClaim(legs, isPromised),
      ...(present.includes(centrifugo.name) ? centrifugoClaims(legs, isPromised) : []),
    ],
  });
}

function shapeOf(publishers: number, groupsPerSecond: number): CostShape {
  const seating: Seating = {
    channels: CHANNELS,
    seats: SUBSCRIBERS,
    seat: (index) => ({ instance: 0, channels: [index] }),
    publishers: upTo(publishers).map(() => 0),
  };
  const stream = {
    channels: upTo(CHANNELS),
    groupsPerSecond,
    groupSize: 10,
    bytes: 256,
    priority: null,
  };
  return { seating, stream };
}

function perPublish({ server, published }: CostLeg): number {
  return (server.user + server.system) / published;
}

function redisClaim(legs: readonly CostLeg[], isPromised: boolean): Claim[] {
  const own = rowsOf(legs, READINGS).find(({ subject }) => subject === carillon.name);
  const value = own?.values['redis'];
  if (!value) return [];
  const goal = isPromised ? ({ kind: 'most', value: REDIS_GOAL_US } as const) : null;
  return [{ what: 'Redis CPU per publish with the log', against: null, value, unit: 'µs', goal }];
}

function centrifugoClaims(legs: readonly CostLeg[], isPromised: boolean): Claim[] {
  const of = (what: string, figure: (leg: CostLeg) => number): Claim => ({
    what,
    against: centrifugo.name,
    value: ratioOf(legs, carillon.name, centrifugo.name, figure),
    unit: '×',
    goal: isPromised ? { kind: 'most', value: 1 } : null,
  });
  return [
    of('server CPU per publish with the log', perPublish),
    of('Redis CPU per publish with the log', (leg) => redisPerPublish(leg) ?? Number.NaN),
  ];
}
