import { setTimeout as delay } from 'node:timers/promises';
import type { Load } from '../load/orders.js';
import { audienceOf } from '../measure/audience.js';
import { firstInstance } from '../measure/first-instance.js';
import { overloadOf } from '../measure/generator-limit.js';
import { findKnee } from '../measure/knee.js';
import { type LoopDelay, loopDelayDuring } from '../measure/loop-delay.js';
import { missingOverload } from '../measure/overload-evidence.js';
import { spreadOf } from '../measure/spread.js';
import { type Shares, sharesDuring } from '../measure/usage.js';
import { carillon } from '../peers/carillon.js';
import type { Peer } from '../peers/peer.js';
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
import { DECODED_EVERY, type Loads, OverloadCrowds, WITNESSES } from './overload-crowds.js';
import {
  BULK,
  BULK_BYTES,
  BULK_CHANNELS,
  bulkAt,
  CRITICAL,
  CRITICAL_PER_SECOND,
  seatingOf,
} from './overload-traffic.js';
import { practise } from './practice.js';
import type { Scenario, Settings } from './scenario.js';
import { onStage, type Stage } from './stage.js';

interface Shape {
  readonly seats: number;
  readonly calmSeconds: number;
  readonly seconds: number;
  readonly kneeSeconds: number;
  readonly rounds: number;
}

interface OverloadLeg {
  /** The server, and what it carried. */
  readonly peer: string;
  readonly criticalP50: number | null;
  readonly criticalP99: number | null;
  /** What the busy clients saw of them, whose own lateness is in it. */
  readonly busyP99: number | null;
  readonly bulkP99: number | null;
  /** Bulk deliveries in a second, until the last one was due. */
  readonly goodput: number | null;
  /** The same as a share of what the server carries at its knee. */
  readonly ofKnee: number | null;
  readonly told: number;
  readonly refused: number;
  readonly loop: LoopDelay;
  readonly generatorShare: number;
  /** Redis runs on the core of the server: what is asked of the generator here it can only do on one of its own. */
  readonly shares: Shares;
  readonly faults: readonly string[];
}

const SHAPES: ByMode<Shape> = {
  quick: { seats: 200, calmSeconds: 2, seconds: 2, kneeSeconds: 1, rounds: 1 },
  standard: { seats: 500, calmSeconds: 5, seconds: 10, kneeSeconds: 4, rounds: 1 },
  full: { seats: 500, calmSeconds: 15, seconds: 15, kneeSeconds: 4, rounds: 3 },
};

/** Of the knee. */
const OVERLOAD = 1.2;
const SETTING_IN_S = 1;
const WARM_UP_PER_SECOND = 200;

const CALM_FACTOR = 3;
const CRITICAL_MS = 25;
const LOOP_MS = 20;
const GOODPUT_MIN = 0.95;

const READINGS: readonly Reading<OverloadLeg>[] = [
  { key: 'c50', title: 'critical p50 ms', digits: 1, of: (leg) => leg.criticalP50 },
  { key: 'c99', title: 'critical p99 ms', digits: 1, of: (leg) => leg.criticalP99 },
  { key: 'busy', title: 'at busy clients', digits: 1, of: (leg) => leg.busyP99 },
  { key: 'b99', title: 'bulk p99 ms', digits: 0, of: (leg) => leg.bulkP99 },
  { key: 'goodput', title: 'bulk deliveries/s', digits: 0, of: (leg) => leg.goodput },
  {
    key: 'ofKnee',
    title: '% of the knee',
    digits: 0,
    of: ({ ofKnee }) => (ofKnee === null ? null : ofKnee * 100),
  },
  { key: 'told', title: 'told lost', digits: 0, of: (leg) => leg.told },
  { key: 'refused', title: 'refused', digits: 0, of: (leg) => leg.refused },
  { key: 'loop', title: 'loop p99.9 ms', digits: 1, of: ({ loop }) => loop.p999 },
  { key: 'server', title: 'server %', digits: 0, of: ({ shares }) => shares.server * 100 },
  { key: 'load', title: 'generator %', digits: 0, of: (leg) => leg.generatorShare * 100 },
  { key: 'redisLoad', title: 'Redis %', digits: 0, of: ({ shares }) => shares.redis * 100 },
];

/**
 * S9: more bulk than the server carries, and a few critical messages to the same sockets. Bulk may be
 * late, refused or told to be lost; critical may not.
 */
export const criticalInOverload: Scenario = {
  name: 'critical-in-overload',
  connections: (mode) => SHAPES[mode].seats,
  run: measure,
};

async function measure(settings: Settings): Promise<Findings> {
  const shape = SHAPES[settings.mode];
  const knees: string[] = [];
  const legs = await onStage(settings, async (stage) => {
    const done: OverloadLeg[] = [];
    const crowds = new OverloadCrowds(stage.generator, stage.anotherGenerator());
    // They share a core, and whoever watches is not to wait until the busy one has read its share.
    stage.generator.goBehind();
    for (const peer of [carillon, socketIoRedisAdapter]) {
      const { legs, knee } = await legsOf(stage, crowds, peer, shape, settings);
      knees.push(`${peer.name} ${knee}/s`);
      done.push(...legs);
    }
    return done;
  });
  // The calmest leg: one that was disturbed would make the goal easier to meet.
  const { min: calm } = criticalOf(legs, labelOf(carillon, 'calm'));
  const busy = criticalOf(legs, labelOf(carillon, 'both'));
  const goodput = ratioOf(
    legs,
    labelOf(carillon, 'both'),
    labelOf(carillon, 'bulk alone'),
    (leg) => leg.goodput ?? Number.NaN,
  );
  return {
    setting: `${shape.seats} sockets in one of ${BULK_CHANNELS} bulk channels and in the critical one; bulk of ${BULK_BYTES} bytes at 120 % of the knee (${knees.join(', ')}), ${CRITICAL_PER_SECOND} critical/s; Redis on the core of the server`,
    columns: columnsOf(READINGS),
    rows: rowsOf(legs, READINGS),
    drawn: 'c99',
    claims: [
      {
        what: `critical p99 at 120 % of the knee (calm: ${calm.toFixed(1)} ms)`,
        against: null,
        value: busy,
        unit: 'ms',
        goal: { kind: 'most', value: Math.max(CALM_FACTOR * calm, CRITICAL_MS) },
      },
      {
        what: 'event-loop delay p99.9 meanwhile',
        against: null,
        value: spreadOf(
          legs
            .filter(({ peer }) => peer === labelOf(carillon, 'both'))
            .map(({ loop }) => loop.p999),
        ),
        unit: 'ms',
        goal: { kind: 'most', value: LOOP_MS },
      },
      {
        what: 'bulk goodput beside critical messages',
        against: 'bulk alone',
        value: goodput,
        unit: '×',
        goal: { kind: 'least', value: GOODPUT_MIN },
      },
    ],
    // No line is a ratio to it, so what befalls it is told and makes nothing void.
    notes: faultsOf(legs.filter(({ peer }) => !isOurs(peer))),
    faults: faultsOf(legs.filter(({ peer }) => isOurs(peer))),
    legs,
  };
}

async function legsOf(
  stage: Stage,
  crowds: OverloadCrowds,
  peer: Peer,
  shape: Shape,
  { mode, progress }: Settings,
): Promise<{ legs: OverloadLeg[]; knee: number }> {
  const { generator } = stage;
  const running = await stage.start(peer, { isProbed: true, redisCore: 'measured' });
  const say = (what: string): void => progress(`${peer.name}, ${what}`);

  await practise({ peer: running, generator, mode, progress });
  await generator.connect(
    audienceOf(running, 'overload-knee', seatingOf(shape.seats), {
      decodedEvery: DECODED_EVERY,
      mayLose: true,
    }),
  );
  await generator.run({ streams: [bulkAt(WARM_UP_PER_SECOND)], seconds: shape.kneeSeconds });
  const knee = await findKnee({
    generator,
    from: 200,
    seconds: shape.kneeSeconds,
    streamAt: bulkAt,
    overload: { factor: OVERLOAD, seconds: shape.seconds },
    progress: say,
  });
  await generator.disconnect();

  const bulk = bulkAt(knee * OVERLOAD);
  const round: readonly Phase[] = ['calm', 'bulk alone', 'both', 'both', 'bulk alone', 'calm'];
  const order = Array.from({ length: shape.rounds }, () => round).flat();
  const legs: OverloadLeg[] = [];
  for (const [index, phase] of order.entries()) {
    say(`leg ${index + 1} of ${order.length}: ${phase}`);
    // What an overload left behind ends with its connections.
    await crowds.connect(running, `overload-${index}`, shape.seats);
    await delay(500);
    const offer = (seconds: number): Promise<Loads> =>
      crowds.run(phase === 'calm' ? null : bulk, phase !== 'bulk alone', seconds);
    // What is compiled and connected late is by then; what it left over has arrived before the leg begins.
    await offer(SETTING_IN_S);
    const seconds = phase === 'calm' ? shape.calmSeconds : shape.seconds;
    const [[loads, shares], loop] = await loopDelayDuring(firstInstance(running), () =>
      sharesDuring(running, seconds, () => offer(seconds)),
    );
    await crowds.disconnect();
    running.check();
    const { seats } = shape;
    legs.push(legOf(labelOf(peer, phase), phase, loads, { loop, shares, seconds, seats, knee }));
    await delay(500);
  }
  await stage.stop(running);
  return { legs, knee };
}

type Phase = 'calm' | 'bulk alone' | 'both';

interface Conditions {
  readonly loop: LoopDelay;
  readonly shares: Shares;
  readonly seconds: number;
  readonly seats: number;
  /** Bulk publishes in a second. */
  readonly knee: number;
}

function legOf(
  label: string,
  phase: Phase,
  { busy, witness }: Loads,
  { loop, shares, seconds, seats, knee }: Conditions,
): OverloadLeg {
  const bulk = busy.streams[BULK];
  const critical = witness.streams[CRITICAL];
  const published = critical?.published ?? 0;
  const hasCritical = phase !== 'bulk alone';
  const told = busy.told + witness.told;
  const refused = busy.refused + witness.refused;
  const ended = busy.ended + witness.ended;
  // Of the critical ones none may be missing; what is told lost or refused is bulk.
  const inTime = busy.deliveredInTime + witness.deliveredInTime - published * seats;
  const owed = ((bulk?.published ?? 0) * seats) / BULK_CHANNELS;
  const p99Ms = bulk?.all.p99 ?? 0;
  const generatorShare = busy.generatorShare + witness.generatorShare;
  const coreShare = shares.server + shares.redis;
  return {
    peer: label,
    criticalP50: hasCritical ? (critical?.all.p50 ?? null) : null,
    criticalP99: hasCritical ? (critical?.all.p99 ?? null) : null,
    busyP99: hasCritical ? (busy.streams[CRITICAL]?.all.p99 ?? null) : null,
    bulkP99: phase === 'calm' ? null : p99Ms,
    goodput: phase === 'calm' ? null : inTime / seconds,
    ofKnee: phase === 'calm' ? null : inTime / seconds / ((knee * seats) / BULK_CHANNELS),
    told,
    refused,
    loop,
    generatorShare,
    shares,
    faults: [
      ...busy.faults,
      ...witness.faults,
      ...missingCritical(busy, published * Math.ceil((seats - WITNESSES) / DECODED_EVERY)),
      ...missingCritical(witness, published * WITNESSES),
      ...(ended > 0 ? [`${ended} connections were ended`] : []),
      ...overloadOf(generatorShare),
      ...(phase === 'calm'
        ? []
        : missingOverload({ owed, inTime, told, refused, p99Ms, coreShare })),
    ],
  };
}

/**
 * Every decoded seat must have seen every critical message. Of the others it is known that they were
 * not told of a loss there, and that what came and what was told come to all that was published.
 */
function missingCritical({ streams }: Load, due: number): string[] {
  const missing = due - (streams[CRITICAL]?.all.samples ?? 0);
  return missing === 0 ? [] : [`${missing} of ${due} critical messages are missing`];
}

function criticalOf(legs: readonly OverloadLeg[], label: string) {
  return spreadOf(
    legs.flatMap(({ peer, criticalP99 }) =>
      peer === label && criticalP99 !== null ? [criticalP99] : [],
    ),
  );
}

function isOurs(label: string): boolean {
  return label.startsWith(carillon.name);
}

function labelOf({ name }: Peer, phase: Phase): string {
  return `${name}, ${phase}`;
}
