import fc from 'fast-check';
import { type Mood } from './model-server.js';
import type { ModelWorld } from './model-world.js';

const MOODS: readonly Mood[] = [
  'limited',
  'unavailable, stored',
  'unavailable, not stored',
  'forbidden',
];

type Act = (world: ModelWorld, rest: string) => void | Promise<void>;

/** What may happen, by its first word. Text, so that a failing run can be kept as it is printed. */
const ACTS: Readonly<Record<string, Act>> = {
  publish: (world, how) => world.publish(how.includes('urgent'), !how.includes('silent')),
  other: (world, how) => world.other(how === 'urgent'),
  serve: ({ server }, count) => server.serve(Number(count)),
  deliver: ({ server }, count) => server.deliver(Number(count)),
  send: ({ server }, how) => server.withSession((session) => session.sendOne(how === 'urgent')),
  flow: async (world) => {
    for (let turn = 0; turn < 3; turn += 1) {
      world.server.serve(100);
      world.server.withSession((session) => session.sendAll());
      world.server.deliver(100);
      await world.settle();
    }
  },
  overflow: ({ server }, how) =>
    server.withSession((session) => session.overflow(how === 'urgent')),
  hole: ({ server, reader }) => {
    reader.isOrderPromised = false;
    server.withSession((session) => session.passOver());
  },
  cut: ({ server }) => server.cut(),
  write: (world, count) => world.write(Number(count)),
  read: (world, count) => world.read(Number(count)),
  subscribe: (world) => world.subscribe(),
  unsubscribe: (world) => world.unsubscribe(),
  store: (world, pace) => world.pace(pace === 'slow'),
  wait: (world, ms) => world.advance(Number(ms)),
  restart: (world) => world.restart(false),
  reload: (world) => world.restart(true),
  close: (world) => world.close(),
  hide: (world) => world.hide(),
  trim: ({ server }, keep) => server.log.trim(Number(keep)),
  rewind: (world, count) => world.rewind(Number(count)),
  empty: (world) => {
    // What was lost is stored again behind what was not.
    world.isOrderPromised = false;
    world.server.empty();
  },
  refuse: ({ server }, count) => {
    server.refusals = Number(count);
  },
  drain: ({ server }) => server.close('draining', 200),
  expire: (world) => world.expireTokens(),
  mood: (world, mood) => {
    world.server.mood = mood as Mood;
    if (mood !== 'well') world.isOrderPromised = false;
  },
};

export async function perform(world: ModelWorld, step: string): Promise<void> {
  const [name = ''] = step.split(' ');
  const act = ACTS[name];
  if (act === undefined) throw new Error(`no step is called ${name}`);
  await act(world, step.slice(name.length + 1));
  await world.settle();
  const problems = world.problems();
  if (problems.length > 0) throw new Error(problems.join('; '));
}

const often = (weight: number, ...steps: string[]) => ({
  weight,
  arbitrary: fc.constantFrom(...steps),
});

/** What somebody does, or what befalls. */
const EVENTS = [
  often(6, 'publish', 'publish urgent', 'publish silent', 'publish urgent silent'),
  often(6, 'other', 'other urgent'),
  often(3, 'wait 300', 'wait 1000', 'wait 9000'),
  often(3, 'cut', 'drain', 'expire'),
  often(3, 'restart', 'reload', 'hide', 'close'),
  often(3, 'unsubscribe', 'subscribe'),
  often(2, 'overflow normal', 'overflow urgent', 'hole'),
  often(2, 'trim 2', 'rewind 1', 'rewind 3', 'empty'),
  often(1, 'refuse 2'),
  often(2, ...MOODS.map((mood) => `mood ${mood}`), 'mood well', 'mood well'),
];

/** What goes on by itself. */
const MOVES = [
  often(8, 'serve 1', 'serve 3'),
  often(8, 'deliver 1', 'deliver 3'),
  often(8, 'send', 'send urgent'),
  often(8, 'flow'),
  often(1, 'store slow', 'store slow', 'store well'),
  often(4, 'write 1', 'write 4'),
  often(4, 'read 1', 'read 4'),
];

export const anyEvent: fc.Arbitrary<string> = fc.oneof(...EVENTS);
export const anyStep: fc.Arbitrary<string> = fc.oneof(...EVENTS, ...MOVES);
