import { CarillonError, createCarillon, type Message } from '@carillon/sdk';
import process from 'node:process';
import { hashOf } from '../../../client/cli/src/verify/history.js';
import { seededRandom } from '../../../client/cli/src/verify/seeded-random.js';
import { Diary } from './diary.js';
import { FileStore } from './file-store.js';
import { type DeathPlace, type Life, PUBLISHES_MAX } from './life.js';

// An application with the SDK in a process of its own, which may end at any moment: it follows
// channels durably, publishes, and notes everything in a diary. SIGUSR2: it publishes no more.

/** Mean pause between two bursts, in milliseconds. */
const PAUSE_MS = 40;
const NAME = 'mortal';

// Only `MortalClient` starts it, and that is what it hands over.
const life = JSON.parse(process.env['MORTAL_LIFE'] ?? '') as Life;
const diary = new Diary(life.diary);
const random = seededRandom(life.seed);
let isArmed = false;
let deeds = 0;

function mayDie(place: DeathPlace): void {
  const { death } = life;
  if (!isArmed || death?.place !== place) return;
  deeds += 1;
  if (deeds === death.after) process.kill(process.pid, 'SIGKILL');
}

const store = new FileStore(life.store, {
  saving: (key) => {
    diary.note({ kind: 'saving', key });
    mayDie('saving');
  },
  saved: (key, value) => {
    mayDie('saved');
    const publish = publishIn(key, value);
    if (publish !== null) diary.note({ kind: 'journaled', ...publish });
    diary.note({ kind: 'saved', key });
  },
  removed: (key) => {
    mayDie('removed');
    diary.note({ kind: 'removed', key });
  },
});
const carillon = createCarillon({
  ...{ url: life.urls, preferFirstUrl: true, token: life.token, client: NAME, store },
});

const shown = ({ channel, offset, position, id, data, priority, broadcast }: Message) => {
  mayDie('showing');
  diary.note({
    ...{ kind: 'shown', channel, offset, id, hash: hashOf(data) },
    isBroadcast: broadcast !== undefined,
    ...(position === undefined ? {} : { position }),
    ...(priority === undefined ? {} : { priority }),
  });
  mayDie('shown');
};

carillon.onState((state) => diary.note({ kind: 'state', state }));
carillon.onSession(({ channels }) => diary.note({ kind: 'session', channels }));
carillon.onBroadcast(shown);
carillon.onGap((gap) => diary.note({ kind: 'gap', gap }));
carillon.onRestored(({ channel, id, receipt, error }) => {
  if (receipt !== undefined) diary.note({ kind: 'ok', ...receipt });
  else refused(channel, id, error);
});
for (const name of life.channels) {
  const channel = carillon.channel(name, { durable: true });
  channel.onMessage(shown);
  channel.onGap((gap) => diary.note({ kind: 'gap', gap }));
  channel.onSkip((skip) => diary.note({ kind: 'skip', skip }));
}

function refused(channel: string, id: string, error: unknown): void {
  if (!(error instanceof CarillonError)) throw error;
  const kind = error.outcome === 'unknown' ? 'unknown' : 'fail';
  diary.note({ kind, channel, id, code: error.code });
}

const counts = new Map<string, number>();

function publish(channel: string): void {
  const count = (counts.get(channel) ?? 0) + 1;
  counts.set(channel, count);
  const sequence = life.number * PUBLISHES_MAX + count;
  const id = `${NAME}-${sequence}`;
  const data = { publisher: NAME, sequence, filling: 'x'.repeat(random.between(0, 400)) };
  const priority = random.next() < 0.1 ? 'high' : 'normal';
  diary.note({ kind: 'invoke', channel, id, hash: hashOf(data), sequence, priority });
  carillon
    .channel(channel)
    .publish(data, { id, priority })
    .then(
      (receipt) => diary.note({ kind: 'ok', ...receipt }),
      (error: unknown) => refused(channel, id, error),
    );
  mayDie('publishing');
}

let timer: NodeJS.Timeout | undefined;

function goOn(): void {
  const waitMs = -Math.log(1 - random.next()) * PAUSE_MS;
  timer = setTimeout(() => {
    const channel = random.pick(life.channels);
    for (let count = random.between(1, 3); count > 0; count -= 1) publish(channel);
    goOn();
  }, waitMs);
}

/** The publish that a value of the outbox holds; null for every other value. */
function publishIn(key: string, value: unknown): { channel: string; id: string } | null {
  if (!key.startsWith('publish:')) return null;
  // The outbox keeps the request as it is sent.
  const { request } = value as { request: { channel: string; id: string } };
  return { channel: request.channel, id: request.id };
}

process.on('SIGUSR2', () => clearTimeout(timer));
carillon.connect();
await Promise.all(
  life.channels.map((name) => carillon.channel(name, { durable: true }).subscribe()),
);
diary.note({ kind: 'subscribed' });
isArmed = true;
goOn();
