import { io, type Socket } from 'socket.io-client';
import { testSecret } from '../../support/carillon-process.js';
import { within } from '../../support/eventually.js';
import { tokenFor } from '../../support/token.js';
import { lasting, type Row } from '../row.js';

const MEBIBYTE = 1_048_576;
/** Old space that the victim may have; an idle instance fills half of it. */
const HEAP_MIB = 64;
const STRANGERS = 80;
/** Of each stranger, none of whose answers it reads. */
const QUESTIONS = 200;

export const heapShort: Row = {
  name: 'F5',
  title: 'an instance has little heap, and many who ask for much and do not read',
  keepsStore: true,
  async inject({ world, workload, random, bites, claim }) {
    const victim = random.pick(world.instances);
    await world.stop(victim);
    await world.restart(victim, { NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` });
    let hasDied = false;
    void victim.process.exited.then(() => (hasDied = true));
    const channel = random.pick(workload.channels);
    const filling = Array.from({ length: 200 }, (_, n) =>
      workload.publisher(n).publish(channel, 'normal', 20_000),
    );
    await Promise.all(filling);
    const drops = workload.drops;
    const idle = await heapOf(victim.process.url);
    const strangers = await Promise.all(
      Array.from({ length: STRANGERS }, () => connected(victim.process.url)),
    );
    world.note(
      `${strangers.length} strangers ask ${QUESTIONS} times for 100 messages and read nothing`,
    );
    let peak = 0;
    for (const stranger of strangers) {
      pause(stranger);
      for (let n = 0; n < QUESTIONS; n += 1) {
        stranger.emit(n % 2 === 0 ? 'history' : 'subscribe', { channel });
      }
    }
    for (let burst = 0; burst < 12; burst += 1) {
      for (let n = 0; n < 8; n += 1) {
        void workload.publisher(n).publish(channel, 'normal', random.between(10_000, 50_000));
      }
      await lasting(random.between(40, 120));
      peak = Math.max(peak, await heapOf(victim.process.url));
    }
    await workload.acknowledged(20);
    for (const stranger of strangers) end(stranger);
    const mib = (bytes: number): string => (bytes / MEBIBYTE).toFixed(0);
    bites(
      peak > 0.75 * HEAP_MIB * MEBIBYTE,
      `its heap went from ${mib(idle)} to ${mib(peak)} MiB of ${HEAP_MIB}`,
    );
    claim(!hasDied, `${victim.name} has died: ${victim.process.logs().slice(-3).join(' ')}`);
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
    // With the heap that others have.
    await world.stop(victim);
    await world.restart(victim);
  },
};

async function connected(url: string): Promise<Socket> {
  const token = await tokenFor(testSecret, { sub: 'stranger' });
  const socket = io(url, {
    ...{ forceNew: true, reconnection: false },
    ...{ transports: ['websocket'], auth: { token } },
  });
  const session = new Promise((resolve) => {
    socket.once('session', resolve);
  });
  await within('a stranger has a session', 10_000, session);
  return socket;
}

/** Takes nothing more of what the server sends. */
function pause(socket: Socket): void {
  wireOf(socket)?.pause();
}

/** As a process that is gone: a connection that is not read cannot be closed in words. */
function end(socket: Socket): void {
  wireOf(socket)?.terminate();
  socket.disconnect();
}

interface Inside {
  readonly transport?: { readonly ws?: { pause: () => void; terminate: () => void } };
}

/** Undefined where the connection has ended already: some do, of those who ask for too much. */
function wireOf({ io: { engine } }: Socket): NonNullable<Inside['transport']>['ws'] {
  return (engine as unknown as Inside | undefined)?.transport?.ws;
}

/** Bytes of JavaScript heap that an instance uses now, by its own count; 0 where nobody answers. */
async function heapOf(url: string): Promise<number> {
  const text = await fetch(`${url}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  return Number(/^nodejs_heap_size_used_bytes(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1] ?? 0);
}
