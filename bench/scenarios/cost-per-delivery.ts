import { setTimeout as delay } from 'node:timers/promises';
import { type Leg, type Pace, runLeg, type Shape, warmUp } from '../measure/leg.js';
import { bareWrites } from '../peers/bare-writes.js';
import { carillon } from '../peers/carillon.js';
import { nestRedisAdapter } from '../peers/nest-redis-adapter.js';
import type { RunningPeer } from '../peers/peer.js';
import { Generator } from '../processes/generator.js';
import { resultOf, type ScenarioResult } from '../report/result.js';
import type { Scenario, Settings } from './scenario.js';

/** One traffic, offered to this server and to the usual way in turn. */
export interface Comparison {
  readonly name: string;
  readonly title: string;
  /** The most that ours may cost, as a share of the other. */
  readonly goal: number;
  readonly full: Shape;
  readonly quick: Shape;
}

const FULL: Pace = { compile: 10, warmUp: 2, idle: 10, load: 10 };
const QUICK: Pace = { compile: 1.5, warmUp: 0.5, idle: 1, load: 2.5 };

/** Ours first, then last: what drifts while a scenario runs touches both alike. */
const ROUND = ['ours', 'theirs', 'theirs', 'ours'] as const;
const PAIRS = { full: 6, quick: 2 };

/** A leg begins with the sockets of the one before it really gone, in milliseconds. */
const BETWEEN_LEGS_MS = 300;

/** CPU of the server process per delivered message, beside the same chat written the usual way. */
export function costPerDelivery(comparison: Comparison): Scenario {
  const { name, title } = comparison;
  return { name, title, run: (settings) => compare(comparison, settings) };
}

async function compare(comparison: Comparison, settings: Settings): Promise<ScenarioResult> {
  const { name, goal, title } = comparison;
  const { isQuick, start, progress } = settings;
  const shape = isQuick ? comparison.quick : comparison.full;
  const pace = isQuick ? QUICK : FULL;
  const legs: Leg[] = [];
  const running: { stop(): Promise<void> }[] = [];
  const launch = async <T extends { stop(): Promise<void> }>(starting: T | Promise<T>) => {
    const it = await starting;
    running.push(it);
    return it;
  };
  try {
    progress('starting');
    const generator = await launch(new Generator());
    const [ours, theirs, floor] = await Promise.all([
      launch(carillon.start(start)),
      launch(nestRedisAdapter.start(start)),
      launch(bareWrites.start(start)),
    ]);
    for (const peer of [ours, theirs, floor]) {
      progress(`warming up ${peer.name}`);
      await warmUp({ peer, generator, shape, seconds: pace.compile, channel: `bench:${name}` });
    }
    const order = legOrder(isQuick ? PAIRS.quick : PAIRS.full, { ours, theirs, floor });
    for (const [index, peer] of order.entries()) {
      const head = `leg ${index + 1} of ${order.length}: ${peer.name},`;
      const channel = `bench:${name}-${index}`;
      const say = (what: string): void => progress(`${head} ${what}`);
      legs.push(await runLeg({ peer, generator, shape, pace, channel, progress: say }));
      await delay(BETWEEN_LEGS_MS);
    }
  } finally {
    await Promise.allSettled(running.map((it) => it.stop()));
  }
  const names = { ours: carillon.name, theirs: nestRedisAdapter.name, floor: bareWrites.name };
  return resultOf({ name, title, goal, isQuick, shape, pace, legs, names });
}

interface Sides {
  readonly ours: RunningPeer;
  readonly theirs: RunningPeer;
  readonly floor: RunningPeer;
}

/** A-B-B-A as often as there are pairs for, with the floor in the middle of each round. */
function legOrder(pairs: number, sides: Sides): RunningPeer[] {
  const order: RunningPeer[] = [];
  for (let leg = 0; leg < pairs * 2; leg += 1) {
    const side = ROUND[leg % ROUND.length] ?? 'ours';
    if (leg % ROUND.length === 2) order.push(sides.floor);
    order.push(sides[side]);
  }
  return order;
}
