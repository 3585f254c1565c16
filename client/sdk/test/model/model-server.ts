import type { SocketAddress } from '../../src/environment.js';
import type { PublishRequest, Requests } from '../../src/wire.js';
import { LOBBY, session } from '../support/wire-examples.js';
import { ModelLog } from './model-log.js';
import { ModelSession } from './model-session.js';
import { ModelSocket, type ModelRequest } from './model-socket.js';
import { PromiseWatch } from './promise-watch.js';

export const DEDUP_SECONDS = 30;
const HEARTBEAT_MS = 10_000;

/** What the next publishes are answered with instead. */
export type Mood =
  'well' | 'limited' | 'unavailable, stored' | 'unavailable, not stored' | 'forbidden';

/** A server that does what the contract allows, when the model says so. */
export class ModelServer {
  readonly log = new ModelLog();
  readonly watch = new PromiseWatch(DEDUP_SECONDS * 1_000);
  readonly violations: string[] = [];
  mood: Mood = 'well';
  /** Tokens below this number have expired. */
  oldestToken = 0;
  /** How many handshakes are still refused, for a while. */
  refusals = 0;
  /** Subscribes as the server read them. */
  onSubscribe: (since: string | undefined) => void = () => {};
  onElided: (offset: number) => void = () => {};
  #socket: ModelSocket | null = null;
  #session: ModelSession | null = null;
  #sessions = 0;
  #isAdmitted = false;
  #mayComeBackMs = 0;

  /** @param now milliseconds on the cluster clock */
  constructor(private readonly now: () => number) {}

  get hasSession(): boolean {
    return this.#session !== null;
  }

  accept(address: SocketAddress): ModelSocket {
    if (this.now() < this.#mayComeBackMs) {
      this.violations.push('came back before the time that the server named');
    }
    const sent = (name: string, request: unknown) =>
      name === 'publish' ? this.watch.sending(request as PublishRequest, this.now()) : 0;
    const socket = new ModelSocket(address, sent, this.now);
    this.#end();
    this.#socket = socket;
    return socket;
  }

  /** Takes note of a handshake, or of so many requests. */
  serve(count: number): void {
    const socket = this.#socket;
    if (socket === null || !socket.isOpen) return;
    // A heartbeat would have closed a connection on which nothing moves for so long.
    const isDead = socket.up.some(({ sentAtMs }) => this.now() - sentAtMs > HEARTBEAT_MS);
    if (isDead) return this.cut();
    if (!this.#isAdmitted) return this.#admit(socket);
    if (this.#session === null) return;
    for (const request of socket.up.splice(0, count)) this.#answer(socket, this.#session, request);
  }

  /** So much of what is on the way reaches the client. */
  deliver(count: number): void {
    for (const arrive of this.#socket?.down.splice(0, count) ?? []) {
      if (this.#socket?.isOpen) arrive();
    }
  }

  /** What waits for the reader begins its way. */
  withSession(act: (session: ModelSession) => void): void {
    if (this.#session?.isFollowing) act(this.#session);
  }

  append(id: string, urgent: boolean): void {
    const { entry } = this.log.append({ id, urgent }, this.now(), DEDUP_SECONDS * 1_000);
    this.#session?.appended(entry);
  }

  rewind(count: number): void {
    this.#session?.sendAll();
    if (this.#session?.hasHole) return;
    const tear = this.log.rewind(count, this.#session !== null);
    if (tear !== null) this.#session?.appended(tear);
  }

  empty(): void {
    this.log.empty();
    this.#session?.emptied();
  }

  cut(): void {
    const socket = this.#socket;
    this.#end();
    socket?.cut();
  }

  /** Ends the session in words, as at the end of a token or of an instance. */
  close(code: 'token_expired' | 'draining', retryAfterMs: number): void {
    if (this.#session === null) return;
    const message = code;
    this.#socket?.push('closing', { code, message, reconnect: true, retryAfterMs });
    this.#session = null;
  }

  get canServe(): boolean {
    const socket = this.#socket;
    return socket?.isOpen === true && (!this.#isAdmitted || socket.up.length > 0);
  }

  get canDeliver(): boolean {
    return this.#socket?.isOpen === true && this.#socket.down.length > 0;
  }

  get canSend(): boolean {
    return this.#session?.isFollowing === true && this.#session.hasWaiting;
  }

  #end(): void {
    this.#session = null;
    this.#isAdmitted = false;
    this.watch.sessionOver();
  }

  #admit(socket: ModelSocket): void {
    if (Number(String(socket.token).slice(1)) < this.oldestToken) {
      return socket.refuse({ code: 'token_expired', message: 'old', retryable: false });
    }
    if (this.refusals > 0) {
      this.refusals -= 1;
      this.#mayComeBackMs = this.now() + 700;
      const hint = { code: 'overloaded', retryable: true, retryAfterMs: 700 };
      return socket.refuse({ ...hint, message: 'later' });
    }
    this.#isAdmitted = true;
    this.#sessions += 1;
    const id = `s${this.#sessions}`;
    this.#session = new ModelSession(
      id,
      this.log,
      (name, payload) => socket.push(name, payload),
      (offset) => this.onElided(offset),
    );
    const limits = { maxMessageBytes: 65_536, channels: 200, publishPerSecond: 50 };
    const own = { limits: { ...limits, dedupSeconds: DEDUP_SECONDS }, serverTime: this.now() };
    socket.push('session', session({ sessionId: id, ...own }));
  }

  #answer(
    socket: ModelSocket,
    owner: ModelSession,
    { name, request, answer, tries }: ModelRequest,
  ): void {
    const say = (reply: object, before: () => unknown = () => {}) => {
      const copy: unknown = structuredClone(reply);
      socket.down.push(() => {
        before();
        answer(copy);
      });
    };
    if (name === 'subscribe') {
      const { since } = request as Requests['subscribe'];
      this.onSubscribe(since);
      return say({ ok: true, ...owner.subscribe(since) });
    }
    if (name === 'unsubscribe') owner.unsubscribe();
    if (name === 'publish') return this.#publish(owner.id, request as PublishRequest, say, tries);
    const serverTime = this.now();
    say({ ok: true, ...(request as object), serverTime });
  }

  #publish(
    owner: string,
    { id, priority, echo }: PublishRequest,
    say: (reply: object, before?: () => unknown) => void,
    tries: number,
  ): void {
    const answered = () => this.watch.answered(id, { tries, isFinal: false }, this.now());
    const settled = () => this.watch.answered(id, { tries, isFinal: true }, this.now());
    const { mood } = this;
    if (mood === 'limited') {
      const error = { code: 'rate_limited', message: mood, retryable: true, retryAfterMs: 400 };
      return say({ ok: false, error }, () => {
        if (answered()) this.watch.hinted(this.now() + 400);
      });
    }
    if (mood === 'forbidden') {
      return say({ ok: false, error: { code: mood, message: mood, retryable: false } }, settled);
    }
    const error = { code: 'unavailable', message: mood, retryable: true };
    if (mood === 'unavailable, not stored') return say({ ok: false, error }, answered);
    const message = {
      id,
      urgent: priority === 'critical',
      own: echo === false ? owner : undefined,
    };
    const { entry, duplicate } = this.log.append(message, this.now(), DEDUP_SECONDS * 1_000);
    if (!duplicate) this.#session?.appended(entry);
    if (mood === 'unavailable, stored') return say({ ok: false, error }, answered);
    const { offset, serial } = entry;
    const place = { channel: LOBBY, epoch: `e${this.log.epoch}`, offset, at: serial };
    say({ ok: true, id, ...place, duplicate }, settled);
  }
}
