import type { Socket } from 'socket.io-client';
import { closeSocket, openSocket, type Refusal, refusalOf } from './open-socket.js';

/** What came of one try to connect. */
export type Connected =
  | { readonly socket: Socket; readonly session: Readonly<Record<string, unknown>> }
  | { readonly refusal: Refusal };

/** Connects and waits for the session; never rejects. */
export function connectOnce(
  url: string,
  auth: Readonly<Record<string, unknown>>,
  withinMs = 10_000,
): Promise<Connected> {
  return new Promise((resolve) => {
    const socket = openSocket(url, auth);
    const fail = (refusal: Refusal) => {
      clearTimeout(timer);
      closeSocket(socket);
      resolve({ refusal });
    };
    const timer = setTimeout(() => {
      fail({ code: null, message: `no session within ${withinMs / 1_000} s` });
    }, withinMs);
    socket.once('connect_error', (error) => fail(refusalOf(error)));
    socket.once('disconnect', (reason) => fail({ code: null, message: reason }));
    socket.once('session', (session: Readonly<Record<string, unknown>>) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      resolve({ socket, session });
    });
  });
}
