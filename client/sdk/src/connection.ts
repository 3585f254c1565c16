import { CarillonError } from './carillon-error.js';
import { type ConnectionEvent, type ConnectionState, nextState } from './connection-state.js';
import type { Environment, SocketAddress, WireSocket } from './environment.js';
import type { Logger } from './logger.js';
import type { Timeouts } from './options.js';
import type { Session } from './session.js';
import { type Answer, SocketAttempt } from './socket-attempt.js';
import type { TokenSource } from './token-source.js';
import type { ClosingPush, CommandName, Push, Replies, Requests } from './wire.js';

export interface ConnectionEvents {
  /** A session began, so long after its connection did. */
  opened(session: Session, handshakeMs: number): void;
  /** It ended, and every request in it was answered. Once for every `opened`. */
  ended(): void;
  push(push: Push): void;
  entered(state: ConnectionState, before: ConnectionState): void;
}

export interface ConnectionParts {
  readonly urls: readonly string[];
  readonly transports: readonly ('websocket' | 'polling')[];
  readonly tokens: TokenSource;
  readonly clientId: () => Promise<string>;
  /** Positions of the `$` channels to go on from. */
  readonly since: () => Readonly<Record<string, string>>;
  /** Forgets those positions: the server cannot read them. False: there was none to forget. */
  readonly forgetSince: () => boolean;
  /** The kept token would be refused by now. */
  readonly isTokenStale: () => boolean;
  readonly timeouts: Timeouts;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly events: ConnectionEvents;
}

/** Keeps one session alive: does what the state machine says, and tells it what happened. */
export class Connection {
  readonly #parts: ConnectionParts;
  readonly #coming: ConnectionEvent[] = [];
  #state: ConnectionState = { name: 'idle' };
  #attempt: SocketAttempt | null = null;
  #isOpen = false;
  #begunAtMs = 0;
  #session: Session | null = null;
  #stopTimer = () => {};
  #isMoving = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Requests can be sent. Not while those that a cut left without an answer are told of it. */
  get isOpen(): boolean {
    return this.#isOpen && this.#attempt?.isOver === false;
  }

  /** The current session, or the last one. */
  get session(): Session | null {
    return this.#session;
  }

  /** Moves the state machine. Events that come while it moves are taken afterwards, in order. */
  tell(event: ConnectionEvent): void {
    this.#coming.push(event);
    if (this.#isMoving) return;
    this.#isMoving = true;
    for (let next = this.#coming.shift(); next !== undefined; next = this.#coming.shift()) {
      const { environment, tokens } = this.#parts;
      const to = nextState(this.#state, next, {
        nowMs: environment.monotonicMs(),
        random: environment.random(),
        tokenRenewable: tokens.isRenewable,
      });
      if (to !== this.#state) this.#enter(to);
    }
    this.#isMoving = false;
  }

  /** Sends within the current session; `settle` gets the answer, or `unavailable`, exactly once. */
  send<N extends CommandName>(
    name: N,
    request: Requests[N],
    settle: (answer: Answer<Replies[N]>) => void,
    timeoutMs = this.#parts.timeouts.requestMs,
  ): void {
    if (this.#attempt !== null && this.isOpen) {
      return this.#attempt.send(name, request, { timeoutMs, settle });
    }
    const message = `${name} could not be sent: there is no connection now.`;
    settle({ ok: false, error: new CarillonError('unavailable', message, { outcome: 'failed' }) });
  }

  #enter(to: ConnectionState): void {
    const { environment, logger, events } = this.#parts;
    const before = this.#state;
    this.#state = to;
    this.#stopTimer();
    this.#stopTimer = () => {};
    const isOnline = 'sinceMs' in to;
    if (!isOnline) this.#drop();
    if (to.name === 'offline') {
      const waitMs = Math.max(0, to.retryAtMs - environment.monotonicMs());
      this.#stopTimer = environment.after(waitMs, () => this.tell({ type: 'retry' }));
    }
    if (to.name === 'connecting') void this.#open(to);
    logger.debug(`Connection: ${to.name}.`);
    events.entered(to, before);
  }

  #drop(): void {
    const attempt = this.#attempt;
    const wasOpen = this.#isOpen;
    this.#attempt = null;
    // Before the requests are told, so that nobody tries to send again at once.
    this.#isOpen = false;
    attempt?.close();
    if (wasOpen) this.#parts.events.ended();
  }

  async #open(state: ConnectionState & { name: 'connecting' }): Promise<void> {
    const { tokens, timeouts, environment } = this.#parts;
    try {
      const fresh = state.renewToken || this.#parts.isTokenStale();
      const [token, client] = await Promise.all([tokens.take(fresh), this.#parts.clientId()]);
      // Somebody closed, or the next try began, while the token came.
      if (this.#state !== state) return;
      const auth = { token, client, since: this.#parts.since() };
      this.#begunAtMs = environment.monotonicMs();
      const socket = this.#openSocket(state.url, auth);
      const events = {
        push: (push: Push) => this.#take(push),
        refused: (reason: CarillonError) => this.#refused(reason),
        lost: (reason: CarillonError) => this.tell({ type: 'lost', reason }),
      };
      this.#attempt = new SocketAttempt(socket, { events, environment }, timeouts.connectMs);
    } catch (cause) {
      if (this.#state !== state) return;
      this.tell({ type: 'refused', reason: reasonOf(cause) });
    }
  }

  /** From the url whose turn it is to the first that anything can be opened to. */
  #openSocket(turn: number, auth: SocketAddress['auth']): WireSocket {
    const { urls, transports, environment, logger } = this.#parts;
    let problem: unknown;
    for (const later of urls.keys()) {
      const url = urls[(turn + later) % urls.length] ?? '';
      try {
        return environment.openSocket({ url, auth, transports });
      } catch (cause) {
        problem = cause;
        logger.error(`Nothing can be opened to the url ${url}: correct it.`, cause);
      }
    }
    throw problem;
  }

  #take(push: Push): void {
    if (push.name === 'session') return this.#begin(push.payload);
    if (push.name === 'closing') return this.#close(push.payload);
    if (push.name === 'status') {
      return this.tell({ type: 'status', degraded: push.payload.state === 'degraded' });
    }
    this.#parts.events.push(push);
  }

  #begin(session: Session): void {
    this.#session = session;
    this.#isOpen = true;
    this.tell({ type: 'opened' });
    // A listener may have closed the connection in that turn.
    const handshakeMs = this.#parts.environment.monotonicMs() - this.#begunAtMs;
    if (this.isOpen) this.#parts.events.opened(session, handshakeMs);
  }

  #refused(reason: CarillonError): void {
    // A broken place must not keep the client out for good.
    const isMended = reason.code === 'invalid_request' && this.#parts.forgetSince();
    this.tell({ type: isMended ? 'lost' : 'refused', reason });
  }

  #close({ code, message, reconnect, retryAfterMs }: ClosingPush): void {
    const reason = new CarillonError(code, message, { retryable: reconnect, retryAfterMs });
    this.tell({ type: 'closing', reason, reconnect });
  }
}

function reasonOf(cause: unknown): CarillonError {
  if (cause instanceof CarillonError) return cause;
  const message = 'The connection could not be started: check `url`.';
  return new CarillonError('invalid_request', message, { cause });
}
