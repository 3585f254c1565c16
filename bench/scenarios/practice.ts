import type { Stream } from '../load/orders.js';
import type { RunningPeer } from '../peers/peer.js';
import type { Generator } from '../processes/generator.js';
import { audienceOf, type Seating, upTo } from '../measure/audience.js';
import { warmUp } from '../measure/cost-leg.js';
import type { Mode } from './mode.js';

const CHANNELS = 100;
const PUBLISHERS = 16;
const SEATS_EACH = 8;
const GROUP = 10;
const BYTES = 256;

/**
 * Node compiles a function once it has run often enough: what a publish costs falls for some 20,000 of
 * them, to less than half, and a server in production is past that within minutes of its life.
 */
const PUBLISHES_EACH = 20_000;

/** What every server that is compared carries easily, alone and as several that share a core. */
const PER_SECOND = 2_000;
const PER_SECOND_OF_SEVERAL = 1_500;

export interface PracticePlan {
  readonly peer: RunningPeer;
  readonly generator: Generator;
  readonly mode: Mode;
  readonly progress: (what: string) => void;
}

/**
 * Gives a server the same publishes to practise on as every other one, before anything is measured. A
 * quick run does without: it is not to be quoted.
 */
export async function practise({ peer, generator, mode, progress }: PracticePlan): Promise<void> {
  if (mode === 'quick') return;
  const instances = peer.instances.length;
  const publishes = PUBLISHES_EACH * instances;
  const perSecond = instances === 1 ? PER_SECOND : PER_SECOND_OF_SEVERAL;
  const seconds = publishes / perSecond;
  progress(`${peer.name} practises on ${publishes} publishes: ${Math.round(seconds)} s`);
  const audience = audienceOf(peer, 'practice', seatingOf(instances));
  await warmUp({ peer, generator, audience, stream: streamAt(perSecond), seconds });
}

function seatingOf(instances: number): Seating {
  return {
    channels: CHANNELS,
    seats: SEATS_EACH * instances,
    seat: (index) => ({ instance: index % instances, channels: [index % CHANNELS] }),
    publishers: upTo(PUBLISHERS).map((index) => index % instances),
  };
}

function streamAt(perSecond: number): Stream {
  return {
    channels: upTo(CHANNELS),
    groupsPerSecond: perSecond / GROUP,
    groupSize: GROUP,
    bytes: BYTES,
    priority: null,
  };
}
