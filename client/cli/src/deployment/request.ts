import type { Socket } from 'socket.io-client';
import type { Refusal } from './open-socket.js';

export type Answer =
  | { readonly ok: true; readonly reply: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Asks once. `hear` is called exactly once, in the turn in which the answer came: what follows an
 * answer may come in the same packet.
 */
export function request(
  socket: Socket,
  name: string,
  body: Readonly<Record<string, unknown>>,
  hear: (answer: Answer) => void,
): void {
  socket.timeout(5_000).emit(name, body, (error: unknown, answer: unknown) => {
    hear(error ? unanswered(name) : answerOf(name, answer));
  });
}

/** As `request`, for whoever need not hear it in that very turn. */
export function ask(
  socket: Socket,
  name: string,
  body: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  return new Promise((resolve) => {
    request(socket, name, body, resolve);
  });
}

function answerOf(name: string, answer: unknown): Answer {
  if (typeof answer === 'object' && answer !== null && 'ok' in answer) {
    if (answer.ok === true) return { ok: true, reply: { ...answer } };
    const error: unknown = 'error' in answer ? answer.error : null;
    if (typeof error === 'object' && error !== null && 'code' in error) {
      const message = 'message' in error ? String(error.message) : '';
      return { ok: false, refusal: { code: String(error.code), message } };
    }
  }
  const message = `${name} got an answer that is not one of the contract.`;
  return { ok: false, refusal: { code: 'internal', message } };
}

function unanswered(name: string): Answer {
  return { ok: false, refusal: { code: null, message: `${name} was not answered.` } };
}
