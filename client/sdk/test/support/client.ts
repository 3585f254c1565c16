import { type Carillon, createCarillon } from '../../src/carillon.js';
import type { CarillonOptions } from '../../src/options.js';
import type { Session } from '../../src/session.js';
import { VirtualTime } from './virtual-time.js';
import { session } from './wire-examples.js';

export interface Bench {
  readonly time: VirtualTime;
  readonly carillon: Carillon;
  readonly states: string[];
}

/** A client in virtual time, not connected yet. */
export function bench(options: Partial<CarillonOptions> = {}, time = new VirtualTime()): Bench {
  const { environment } = time;
  const carillon = createCarillon({
    url: 'http://here',
    token: 't',
    client: 'c1',
    environment,
    ...options,
  });
  const states: string[] = [];
  carillon.onState((state) => states.push(state));
  return { time, carillon, states };
}

/** Lets the attempt that is under way succeed. */
export async function admit({ time }: Bench, change: Partial<Session> = {}): Promise<void> {
  await time.settle();
  time.socket.push('session', session(change));
  await time.settle();
}

/** A client in virtual time with a session. */
export async function connected(
  options: Partial<CarillonOptions> = {},
  change: Partial<Session> = {},
): Promise<Bench> {
  const made = bench(options);
  made.carillon.connect();
  await admit(made, change);
  return made;
}

/** Cuts the connection and lets the next attempt succeed. */
export async function reconnect(made: Bench, change: Partial<Session> = {}): Promise<void> {
  made.time.socket.cut();
  await made.time.advance(300);
  await admit(made, change);
}
