import { CarillonError, errorOfBody } from './carillon-error.js';
import type { Environment, WireSocket } from './environment.js';
import type { CommandName, Push, Replies, Requests } from './wire.js';

/** How a request ended. Told in the turn in which the answer came, before any later push. */
export type Answer<R> =
  | { readonly ok: true; readonly reply: R }
  | {
      readonly ok: false;
      readonly error: CarillonError;
      /** The server said so; absent where nothing came from it. */
      readonly isSaid?: true;
    };

export interface AttemptEvents {
  push(push: Push): void;
  /** The server answered the handshake with an error. */
  refused(reason: CarillonError): void;
  /** Nothing came of it, or it was cut. Told once, after every request was answered. */
  lost(reason: CarillonError): void;
}

const PUSHES = [
  'session',
  'message',
  'presence',
  'skip',
  'gap',
  'status',
  'unsubscribed',
  'closing',
] as const;

/** One socket from its first byte to its last. After `close` it says nothing any more. */
export class SocketAttempt {
  readonly #socket: WireSocket;
  readonly #events: AttemptEvents;
  readonly #environment: Environment;
  readonly #unanswered = new Set<(error: CarillonError) => void>();
  #isOver = false;
  #stopWaiting: () => void;

  /** @param sessionWithinMs without a session by then the attempt is lost */
  constructor(
    socket: WireSocket,
    { events, environment }: { events: AttemptEvents; environment: Environment },
    sessionWithinMs: number,
  ) {
    this.#socket = socket;
    this.#events = events;
    this.#environment = environment;
    this.#stopWaiting = environment.after(sessionWithinMs, () => {
      this.#lose(unreachable('No session came in time: it is tried again by itself.'));
    });
    for (const name of PUSHES) socket.on(name, (payload) => this.#push({ name, payload } as Push));
    socket.on('connect_error', (error) => this.#refuse(error));
    socket.on('disconnect', (reason) => {
      this.#lose(unreachable(`The connection was cut (${String(reason)}): it is tried again.`));
    });
  }

  /** Nothing can be sent any more, and nothing comes. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Sends a request. `settle` is called exactly once: with the answer, or with `unavailable` when
   * none comes within `timeoutMs` or the connection is lost before.
   */
  send<N extends CommandName>(
    name: N,
    request: Requests[N],
    { timeoutMs, settle }: { timeoutMs: number; settle: (answer: Answer<Replies[N]>) => void },
  ): void {
    const end = (answer: Answer<Replies[N]>) => {
      if (!this.#unanswered.delete(fail)) return;
      stopTimer();
      settle(answer);
    };
    const fail = (error: CarillonError) => end({ ok: false, error });
    const stopTimer = this.#environment.after(timeoutMs, () => {
      fail(unanswered(`${name} was not answered in time: try again.`));
    });
    this.#unanswered.add(fail);
    if (this.#isOver) return fail(unanswered(`${name} could not be sent: there is no connection.`));
    try {
      this.#socket.emit(name, request, (reply) => end(answerOf(name, reply)));
    } catch (cause) {
      const hints = { cause, outcome: 'failed' } as const;
      fail(new CarillonError('invalid_request', `${name} cannot be written as JSON.`, hints));
    }
  }

  /** Ends the socket; what was not answered is `unavailable`. */
  close(): void {
    this.#end(unanswered('The connection was closed before the answer came.'));
  }

  #push(push: Push): void {
    if (this.#isOver) return;
    if (push.name === 'session') this.#stopWaiting();
    this.#events.push(push);
  }

  #refuse(error: unknown): void {
    if (this.#isOver) return;
    const { data, message } = error as { data?: unknown; message?: unknown };
    const reason = errorOfBody(data);
    if (reason === null) {
      return this.#lose(unreachable(`The server could not be reached (${String(message)}).`));
    }
    this.#end(reason);
    this.#events.refused(reason);
  }

  #lose(reason: CarillonError): void {
    if (this.#isOver) return;
    this.#end(unanswered('The connection was cut before the answer came: try again.'));
    this.#events.lost(reason);
  }

  #end(error: CarillonError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopWaiting();
    this.#socket.close();
    for (const fail of [...this.#unanswered]) fail(error);
  }
}

function answerOf<N extends CommandName>(name: N, reply: unknown): Answer<Replies[N]> {
  if (typeof reply === 'object' && reply !== null) {
    const { ok, error, ...rest } = reply as { ok?: unknown; error?: unknown };
    // The contract names the shape; the server is held to it by its own tests.
    if (ok === true) return { ok: true, reply: rest as Replies[N] };
    const refusal = ok === false ? errorOfBody(error) : null;
    if (refusal !== null) {
      const outcome = refusal.code === 'unavailable' ? 'unknown' : 'failed';
      return { ok: false, error: refusal.withOutcome(outcome), isSaid: true };
    }
  }
  const hints = { outcome: 'unknown' } as const;
  const message = `${name} got an answer that is not one of the contract.`;
  return { ok: false, error: new CarillonError('internal', message, hints) };
}

function unreachable(message: string): CarillonError {
  return new CarillonError('unavailable', message);
}

function unanswered(message: string): CarillonError {
  return new CarillonError('unavailable', message, { outcome: 'unknown' });
}
