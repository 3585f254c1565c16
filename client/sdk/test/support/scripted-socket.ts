import type { WireSocket } from '../../src/environment.js';
import type { CommandName, PushName, Pushes, Replies, Requests } from '../../src/wire.js';

export interface Sent {
  readonly name: string;
  readonly request: unknown;
  readonly answer: (reply: unknown) => void;
  isAnswered: boolean;
}

/** A socket whose other end is the test. */
export class ScriptedSocket implements WireSocket {
  readonly sent: Sent[] = [];
  isClosed = false;
  readonly #listeners = new Map<string, (payload: unknown) => void>();

  on(event: string, hear: (payload: unknown) => void): void {
    this.#listeners.set(event, hear);
  }

  emit(name: string, request: unknown, answer: (reply: unknown) => void): void {
    this.sent.push({ name, request, answer, isAnswered: false });
  }

  close(): void {
    this.isClosed = true;
  }

  push<N extends PushName>(name: N, payload: Pushes[N]): void {
    this.#hear(name, payload);
  }

  /** The handshake is answered with an error. */
  refuse(data: unknown): void {
    this.#hear('connect_error', Object.assign(new Error('refused'), { data }));
  }

  /** The network fails. */
  cut(): void {
    this.#hear('disconnect', 'transport close');
  }

  /** The requests of one kind, in the order sent. */
  requests<N extends CommandName>(name: N): Requests[N][] {
    return this.sent
      .filter((sent) => sent.name === name)
      .map(({ request }) => request as Requests[N]);
  }

  /** Answers the oldest unanswered request of that kind. */
  answer<N extends CommandName>(name: N, reply: Replies[N]): void {
    this.#take(name)({ ok: true, ...reply });
  }

  refuseRequest(
    name: CommandName,
    error: { code: string; retryable: boolean; retryAfterMs?: number },
  ): void {
    this.#take(name)({ ok: false, error: { message: `${error.code} for a test`, ...error } });
  }

  #take(name: CommandName): (reply: unknown) => void {
    const sent = this.sent.find((candidate) => candidate.name === name && !candidate.isAnswered);
    if (sent === undefined)
      throw new Error(`no unanswered ${name}; sent: ${this.sent.map((s) => s.name).join(' ')}`);
    sent.isAnswered = true;
    return sent.answer;
  }

  #hear(event: string, payload: unknown): void {
    this.#listeners.get(event)?.(payload);
  }
}
