import type { Stream } from '../load/orders.js';
import { audienceOf, type Seating } from '../measure/audience.js';
import {
  aboveIdle,
  type CostLeg,
  type MeasuredLeg,
  type Pace,
  runCostLeg,
  warmUp,
} from '../measure/cost-leg.js';
import type { Peer, RunningPeer } from '../peers/peer.js';
import {
  type Claim,
  columnsOf,
  faultsOf,
  type Findings,
  type Reading,
  rowsOf,
} from '../report/result.js';
import { missingOf } from './missing.js';
import type { ByMode } from './mode.js';
import { practise } from './practice.js';
import type { Scenario, Settings } from './scenario.js';
import { onStage } from './stage.js';

export interface CostShape {
  readonly seating: Seating;
  readonly stream: Stream;
}

/** One traffic, offered to several servers in turn; what it costs them is compared. */
export interface Comparison extends Pick<Scenario, 'name'> {
  /** Ours first; the last is only run once in a round, and is the floor. */
  readonly peers: readonly Peer[];
  readonly floor: Peer | null;
  readonly rounds: ByMode<number>;
  /** Those of `PACES` where a scenario has none of its own. */
  readonly paces?: ByMode<Pace>;
  readonly shapes: ByMode<CostShape>;
  readonly setting: (shape: CostShape) => string;
  readonly readings: readonly Reading<CostLeg>[];
  readonly drawn: string;
  readonly claims: (legs: readonly CostLeg[], peers: readonly string[]) => readonly Claim[];
}

export const PACES: ByMode<Pace> = {
  quick: { compile: 0.8, warmUp: 0.3, idle: 0.5, load: 1.2 },
  standard: { compile: 3, warmUp: 1, idle: 2, load: 3.5 },
  full: { compile: 10, warmUp: 2, idle: 10, load: 10 },
};

/** A-B-B-A: what drifts while a scenario runs touches all alike. Each round has two pairs. */
export const ROUNDS: ByMode<number> = { quick: 1, standard: 2, full: 3 };

/** CPU of server processes, in A-B-B-A legs on fresh connections. */
export function costScenario(comparison: Comparison): Scenario {
  const { name, shapes } = comparison;
  return {
    name,
    connections: (mode) => shapes[mode].seating.seats,
    run: (settings) => compare(comparison, settings),
  };
}

async function compare(comparison: Comparison, settings: Settings): Promise<Findings> {
  const { name, floor, readings } = comparison;
  const { mode, progress } = settings;
  const shape = comparison.shapes[mode];
  const { [mode]: pace } = comparison.paces ?? PACES;
  const peers = comparison.peers.filter((peer) => peer.missing() === null);
  const legs = await onStage(settings, async (stage) => {
    const running: RunningPeer[] = [];
    for (const peer of floor === null ? peers : [...peers, floor]) {
      const it = await stage.start(peer);
      running.push(it);
      // The floor has no publishes to practise on: it writes what it is told to.
      if (peer !== floor) {
        await practise({ peer: it, generator: stage.generator, mode, progress });
      }
      progress(`warming up ${peer.name}`);
      const audience = audienceOf(it, `${name}-warm`, shape.seating);
      const { generator } = stage;
      const seconds = pace.compile;
      await warmUp({ peer: it, generator, audience, stream: shape.stream, seconds });
    }
    const order = legOrder(running, floor !== null, comparison.rounds[mode]);
    const done: MeasuredLeg[] = [];
    for (const [index, peer] of order.entries()) {
      const head = `leg ${index + 1} of ${order.length}: ${peer.name},`;
      done.push(
        await runCostLeg({
          peer,
          label: peer.name,
          generator: stage.generator,
          audience: audienceOf(peer, `${name}-${index}`, shape.seating),
          stream: shape.stream,
          pace,
          progress: (what) => progress(`${head} ${what}`),
        }),
      );
    }
    return aboveIdle(done);
  });
  const present = peers.map((peer) => peer.name);
  return {
    setting: comparison.setting(shape),
    columns: columnsOf(readings),
    rows: rowsOf(legs, readings),
    drawn: comparison.drawn,
    claims: comparison.claims(legs, present),
    notes: missingOf(comparison.peers),
    faults: faultsOf(legs),
    legs,
  };
}

function legOrder(
  running: readonly RunningPeer[],
  hasFloor: boolean,
  rounds: number,
): RunningPeer[] {
  const measured = hasFloor ? running.slice(0, -1) : running;
  const floor = hasFloor ? running.slice(-1) : [];
  const round = [...measured, ...floor, ...measured.toReversed()];
  return Array.from({ length: rounds }, () => round).flat();
}
