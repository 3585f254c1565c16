import type { CostLeg, Pace } from '../measure/cost-leg.js';
import { bareWrites } from '../peers/bare-writes.js';
import { carillon } from '../peers/carillon.js';
import { centrifugo } from '../peers/centrifugo.js';
import { nestRedisAdapter } from '../peers/nest-redis-adapter.js';
import type { Peer } from '../peers/peer.js';
import { type Claim, ratioOf, type Reading } from '../report/result.js';
import { costScenario, type CostShape, ROUNDS } from './cost.js';
import type { ByMode } from './mode.js';
import type { Scenario } from './scenario.js';

/** One traffic whose price is asked for by the delivery. */
export interface DeliveryComparison extends Pick<Scenario, 'name'> {
  /** The most that each of ours may cost, as a share of the NestJS gateway. */
  readonly goals: readonly { readonly peer: Peer; readonly goal: number | null }[];
  readonly shapes: ByMode<CostShape>;
  readonly rounds?: ByMode<number>;
  readonly paces?: ByMode<Pace>;
  /** More peers, of which nothing was promised. */
  readonly beside?: readonly Peer[];
}

const READINGS: readonly Reading<CostLeg>[] = [
  { key: 'cpu', title: 'CPU µs/delivery', digits: 2, of: perDelivery },
  { key: 'user', title: 'user', digits: 2, of: (leg) => leg.server.user / leg.delivered },
  { key: 'system', title: 'system', digits: 2, of: (leg) => leg.server.system / leg.delivered },
  { key: 'redis', title: 'Redis µs/publish', digits: 1, of: redisPerPublish },
  { key: 'p50', title: 'p50 ms', digits: 1, of: (leg) => leg.latency.p50 },
  { key: 'p99', title: 'p99 ms', digits: 1, of: (leg) => leg.latency.p99 },
  { key: 'bytes', title: 'bytes', digits: 0, of: (leg) => leg.bytesPerDelivery },
  { key: 'load', title: 'generator %', digits: 0, of: (leg) => leg.generatorShare * 100 },
];

/** CPU of the server process per delivered message, beside the same chat written the usual way. */
export function costPerDelivery(comparison: DeliveryComparison): Scenario {
  const { goals, rounds = ROUNDS, beside = [], ...rest } = comparison;
  return costScenario({
    ...rest,
    peers: [...goals.map(({ peer }) => peer), nestRedisAdapter, ...beside, centrifugo],
    floor: bareWrites,
    rounds,
    setting: settingOf,
    readings: READINGS,
    drawn: 'cpu',
    claims: (legs, present) => [
      ...goals.map(({ peer, goal }) => claim(legs, peer.name, nestRedisAdapter.name, goal)),
      ...beside.map((peer) => claim(legs, carillon.name, peer.name, null)),
      ...(present.includes(centrifugo.name)
        ? goals.map(({ peer }) => claim(legs, peer.name, centrifugo.name, 1))
        : []),
    ],
  });
}

/** Microseconds. */
export function perDelivery({ server, delivered }: CostLeg): number {
  return (server.user + server.system) / delivered;
}

/** Microseconds. */
export function redisPerPublish({ redis, published }: CostLeg): number | null {
  return redis === null ? null : redis / published;
}

export function settingOf({ seating, stream }: CostShape): string {
  const { groupsPerSecond, groupSize, bytes, channels } = stream;
  const rate = groupSize === 1 ? `${groupsPerSecond}/s` : `${groupsPerSecond} × ${groupSize}/s`;
  const where = channels.length === 1 ? '' : ` into ${channels.length} channels`;
  const by = seating.publishers.length === 1 ? '' : ` by ${seating.publishers.length} connections`;
  return `${seating.seats} subscribers, ${rate}${where}${by}, ${bytes} bytes`;
}

function claim(legs: readonly CostLeg[], ours: string, theirs: string, goal: number | null): Claim {
  return {
    what: `CPU per delivery, ${ours}`,
    against: theirs,
    value: ratioOf(legs, ours, theirs, perDelivery),
    unit: '×',
    goal: goal === null ? null : { kind: 'most', value: goal },
  };
}
