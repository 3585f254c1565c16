import { io, type Socket } from 'socket.io-client';
import { within } from '../support/eventually.js';
import type { Instance } from './world.js';

/** Somebody beside the load, who comes once to one instance. */
export interface Stranger {
  readonly socket: Socket;
  /** `session`, or the code of the refusal. */
  readonly answer: string;
}

/** Comes with a token and stays. */
export async function strangerAt(
  { name, process: { url } }: Instance,
  token: string,
): Promise<Stranger> {
  const socket = io(url, {
    ...{ forceNew: true, reconnection: false },
    ...{ transports: ['websocket'], auth: { token } },
  });
  const answer = new Promise<string>((resolve) => {
    socket.once('session', () => resolve('session'));
    socket.once('connect_error', (error: Error & { data?: { code?: string } }) =>
      resolve(error.data?.code ?? error.message),
    );
  });
  try {
    return { socket, answer: await within(`${name} answers a token`, 10_000, answer) };
  } catch (error) {
    socket.disconnect();
    throw error;
  }
}

/** How an instance answers a token: `session`, or the code of the refusal. */
export async function answerTo(instance: Instance, token: string): Promise<string> {
  const { socket, answer } = await strangerAt(instance, token);
  socket.disconnect();
  return answer;
}
