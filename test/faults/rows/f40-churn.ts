import { io, type Socket } from 'socket.io-client';
import type { Acknowledgement, Replies } from '../../../src/protocol/commands.js';
import { testSecret } from '../../support/carillon-process.js';
import { eventually, within } from '../../support/eventually.js';
import { tokenFor } from '../../support/token.js';
import { lasting, type Row } from '../row.js';

/** Channels that one connection may follow, by the contract. */
const CHANNELS_MAX = 200;
const TRIED = 260;

export const churn: Row = {
  name: 'F40',
  title:
    'readers leave and join without rest, and a stranger wants more channels than there may be',
  keepsStore: true,
  async inject({ world, workload, random, bites, claim }) {
    const victim = random.pick(world.instances);
    const drops = workload.drops;
    // Those of the injection before are followed for a while longer.
    const name = `chat:greed-${random.between(0, 2 ** 31)}`;
    const before = await followedAt(victim.process.url);
    const stranger = await connected(victim.process.url);
    let joined = 0;
    let refused = 0;
    const greed = Promise.all(
      Array.from({ length: TRIED }, async (_, number) => {
        const answer = await asked(stranger, 'subscribe', `${name}-${number}`);
        if (answer.ok) joined += 1;
        else if (answer.error.code === 'too_many_channels') refused += 1;
      }),
    );
    let again = 0;
    for (let round = 0; round < 40; round += 1) {
      workload.burst(1);
      const rejoined = workload.plain.flatMap((reader) =>
        workload.channels.map((channel) => reader.subscribeAgain(channel, random.next() < 0.5)),
      );
      // Whoever is not awaited is still joining when the next round begins.
      if (random.next() < 0.5) await Promise.all(rejoined);
      again += rejoined.length;
      await lasting(random.between(1, 40));
    }
    await within('the stranger is answered', 20_000, greed);
    const most = await followedAt(victim.process.url);
    stranger.disconnect();
    bites(again > 300, `${again} times a reader joined anew`);
    bites(
      most - before > CHANNELS_MAX / 2,
      `${most} channels were followed, ${before} before the stranger came`,
    );
    claim(joined === CHANNELS_MAX, `${joined} channels were given to one connection`);
    claim(refused === TRIED - CHANNELS_MAX, `${refused} were refused as too many`);
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
    return async () => {
      await eventually(
        `${victim.name} lets go of the stranger's channels`,
        async () => (await followedAt(victim.process.url)) < CHANNELS_MAX,
        { deadlineMs: 20_000 },
      );
    };
  },
};

async function connected(url: string): Promise<Socket> {
  const token = await tokenFor(testSecret, { sub: 'stranger' });
  const socket = io(url, { forceNew: true, transports: ['websocket'], auth: { token } });
  await within(
    'the stranger has a session',
    10_000,
    new Promise((resolve) => {
      socket.once('session', resolve);
    }),
  );
  return socket;
}

async function asked(
  socket: Socket,
  command: 'subscribe',
  channel: string,
): Promise<Acknowledgement<Replies['subscribe']>> {
  // The contract names the shape of the answer.
  return (await socket.emitWithAck(command, { channel })) as Acknowledgement<Replies['subscribe']>;
}

/** Channels that an instance follows, by its own count. */
async function followedAt(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^carillon_channels_followed(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1]);
}
