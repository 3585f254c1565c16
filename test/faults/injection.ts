import { TAGS } from './audience.js';
import { closeSocket } from '../../client/cli/src/deployment/open-socket.js';
import { connectAnywhere } from '../../client/cli/src/deployment/connect-anywhere.js';
import { askRefills } from '../../client/cli/src/verify/ask-refills.js';
import { testSecret } from '../support/carillon-process.js';
import { tokenFor } from '../support/token.js';
import { violationsIn, type Violation } from '../../client/cli/src/verify/checker.js';
import { History } from '../../client/cli/src/verify/history.js';
import { readLog } from './read-log.js';
import type { Bite, Row, Scene } from './row.js';
import { lasting } from './row.js';
import { seededRandom } from '../../client/cli/src/verify/seeded-random.js';
import { Workload } from './workload.js';
import { BRIEF, type World } from './world.js';

const CHANNELS = 3;
/** So many answers before the fault: everything runs. */
const WARM = 40;

/** `invalid`: nothing was found, but the fault did not really hit, so that proves nothing. */
export type Verdict = 'clean' | 'invalid' | 'violated';

export interface Outcome {
  readonly row: Row;
  readonly seed: number;
  readonly verdict: Verdict;
  readonly bites: readonly Bite[];
  readonly violations: readonly Violation[];
  /** What else did not hold, or did not come to rest. */
  readonly failures: readonly string[];
  readonly figures: readonly { readonly name: string; readonly ms: number }[];
  readonly history: History;
}

let count = 0;

/** One fault against a cluster under load, from the first subscription to the verdict. */
export async function inject(world: World, row: Row, seed: number): Promise<Outcome> {
  const random = seededRandom(seed);
  const history = new History();
  world.attend((what) => history.add({ kind: 'fault', what }), random);
  count += 1;
  const namespace = row.namespace ?? 'chat';
  const channels = Array.from(
    { length: CHANNELS },
    (_, n) => `${namespace}:${row.name}-${count}-${n}`,
  );
  // Beside those of the row, so that every row meets a namespace with rules of its own.
  channels.push(`own:${row.name}-${count}`);
  const bites: Bite[] = [];
  const failures: string[] = [];
  const figures: { name: string; ms: number }[] = [];
  const workload = await Workload.start(world, channels, {
    label: `${row.name}-${count}`,
    history,
    random,
    crowd: row.crowd ?? 0,
    hasTwins: row.hasTwins === true,
    hasMortal: row.hasMortal === true,
    hasWrongClocks: row.hasWrongClocks === true,
  });
  const scene: Scene = {
    ...{ world, workload, history, random },
    bites: (hit, because) => bites.push({ hit, because }),
    claim: (holds, what) => {
      if (!holds) failures.push(what);
    },
    measure: (name, ms) => figures.push({ name, ms }),
  };
  try {
    await workload.acknowledged(WARM);
    const look = await row.inject(scene);
    await world.heal();
    await workload.acknowledged(WARM);
    await lasting(random.between(0, 300));
    failures.push(...(await workload.drain()));
    await look?.();
    await refill(world, history);
    const readers = workload.readers.flatMap((it) =>
      [...it.channels, ...it.serverChannels].map((channel) => {
        return { reader: it.name, channel, user: it.user, hidesRepeats: it.kind === 'SDK' };
      }),
    );
    const logs = await Promise.all(
      [...new Set([...channels, ...readers.map(({ channel }) => channel)])].map((channel) =>
        readLog(world.instance(0).process.url, channel, channel.startsWith(BRIEF)),
      ),
    );
    const evidence = { facts: history.facts, logs, keepsStore: row.keepsStore, readers };
    const violations = violationsIn(evidence);
    const large = history.of('fail').filter(({ code }) => code === 'message_too_large');
    if (large.length > 0) failures.push(`${large.length} publishes were refused as too large`);
    const isHarmless = violations.length === 0 && failures.length === 0;
    const hasBitten = bites.length > 0 && bites.every(({ hit }) => hit);
    const verdict = !isHarmless ? 'violated' : hasBitten ? 'clean' : 'invalid';
    return { row, seed, verdict, bites, violations, failures, figures, history };
  } finally {
    await workload.close();
    await world.heal();
    world.closeDoors();
  }
}

/** Before the log is read: what is trimmed in between is below its floor then. */
async function refill(world: World, history: History): Promise<void> {
  const urls = world.instances.map(({ process: { url } }) => url);
  const tokenTo = (sub: string) => tokenFor(testSecret, { sub, tags: TAGS });
  const socket = await connectAnywhere({ urls, tokenFor: tokenTo }, 'refiller');
  if (socket === null) throw new Error('no instance takes a connection');
  try {
    // What one user alone was sent, nobody else may read.
    await askRefills(history, socket, (channel) => !channel.startsWith('$user:'));
  } finally {
    closeSocket(socket);
  }
}
