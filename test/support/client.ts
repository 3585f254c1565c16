import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { Acknowledgement, CommandName, Replies } from '../../src/protocol/commands.js';
import type { Message } from '../../src/protocol/message.js';
import type { PushName, Pushes } from '../../src/protocol/pushes.js';
import type { SessionPush } from '../../src/protocol/pushes/session.js';
import { register } from './actors.js';

export interface ConnectOptions {
  readonly token?: string;
  /** The stable id of whatever reconnects. */
  readonly client?: string;
  /** Positions of the `$` channels to go on from. */
  readonly since?: Readonly<Record<string, string>>;
  /** Connects as a page of that origin would. */
  readonly origin?: string;
  /** WebSocket alone where absent, as the server's default is. */
  readonly transports?: ('websocket' | 'polling')[];
  /** How long the first session may take. */
  readonly deadlineMs?: number;
  /** Anything else that socket.io-client takes. */
  readonly socketOptions?: Partial<ManagerOptions & SocketOptions>;
}

/** What the server sends, in the order in which it came. */
export type Push = { [N in PushName]: { readonly name: N; readonly payload: Pushes[N] } }[PushName];

/**
 * Connects with the official client and nothing between it and the test, and waits for the
 * session. It is closed after the last test of the file.
 *
 * @throws the client's own `connect_error`, with `data` as the server sent it, or a missed deadline
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<TestClient> {
  const client = new TestClient(url, options);
  register({ name: `client of ${url}`, end: () => client.close() });
  const { deadlineMs = 10_000 } = options;
  await client.until(
    () => client.sessions.length > 0 || client.refusal !== null,
    'a session',
    deadlineMs,
  );
  if (client.refusal !== null) {
    client.close();
    throw client.refusal;
  }
  return client;
}

/** A client that is connecting: for tests of what happens on the way to a session. */
export function connecting(url: string, options: ConnectOptions = {}): TestClient {
  const client = new TestClient(url, options);
  register({ name: `client of ${url}`, end: () => client.close() });
  return client;
}

export class TestClient {
  readonly socket: Socket;
  /** Every `message`, in the order in which they came. */
  readonly received: Message[] = [];
  /** Everything that the server pushed, messages included. */
  readonly pushes: Push[] = [];
  /** One for every time that it connected. */
  readonly sessions: SessionPush[] = [];
  /** Reasons of the disconnects so far. */
  readonly disconnects: string[] = [];
  /** The last `connect_error`, until a connection succeeds. */
  refusal: (Error & { data?: unknown }) | null = null;
  readonly #watchers = new Set<() => void>();

  constructor(url: string, options: ConnectOptions) {
    const { token, client, since, origin, transports = ['websocket'], socketOptions } = options;
    this.socket = io(url, {
      forceNew: true,
      transports,
      auth: { token, client, since },
      reconnectionDelay: 50,
      reconnectionDelayMax: 500,
      ...(origin === undefined ? {} : { extraHeaders: { origin } }),
      ...socketOptions,
    });
    // The contract names what may come; a test that gets something else sees it in `pushes`.
    this.socket.onAny((name: string, payload: unknown) => this.#push({ name, payload } as Push));
    this.socket.on('connect', () => {
      this.refusal = null;
      this.#wake();
    });
    this.socket.on('connect_error', (error) => {
      this.refusal = error;
      this.#wake();
    });
    this.socket.on('disconnect', (reason) => {
      this.disconnects.push(reason);
      this.#wake();
    });
  }

  /** The current, or last, session. */
  get session(): SessionPush {
    const session = this.sessions.at(-1);
    if (session === undefined) throw new Error('no session yet: await one first');
    return session;
  }

  /** The payloads of one kind of push, in the order in which they came. */
  all<N extends PushName>(name: N): Pushes[N][] {
    return this.pushes.flatMap((push) => (push.name === name ? [push.payload as Pushes[N]] : []));
  }

  /**
   * Sends an event and resolves with its answer, ok or not.
   *
   * @param payload unchecked, so that a test may send anything
   * @throws when no answer comes within `deadlineMs`
   */
  request<N extends CommandName>(
    event: N,
    payload: unknown,
    deadlineMs?: number,
  ): Promise<Acknowledgement<Replies[N]>>;
  request(event: string, payload: unknown, deadlineMs?: number): Promise<Acknowledgement<object>>;
  async request(
    event: string,
    payload: unknown,
    deadlineMs = 10_000,
  ): Promise<Acknowledgement<object>> {
    const answer: unknown = await this.socket.timeout(deadlineMs).emitWithAck(event, payload);
    return answer as Acknowledgement<object>;
  }

  /** As `request`, for a command that must succeed: another answer fails the test. */
  async ask<N extends CommandName>(
    event: N,
    payload: unknown,
    deadlineMs?: number,
  ): Promise<Replies[N]> {
    const answer = await this.request(event, payload, deadlineMs);
    if (!answer.ok) throw new Error(`${event}: ${answer.error.code}: ${answer.error.message}`);
    return answer;
  }

  /**
   * Resolves when the predicate holds. It is asked now and after everything that comes in.
   *
   * @param what names the condition in the error: `message 3`
   * @throws after `deadlineMs`, telling what had come by then
   */
  until(predicate: () => boolean, what: string, deadlineMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        done();
      };
      const look = () => {
        try {
          if (predicate()) settle(resolve);
        } catch (error) {
          settle(() => reject(new Error(what, { cause: error })));
        }
      };
      const timer = setTimeout(() => {
        settle(() => reject(new Error(`not within ${deadlineMs} ms: ${what}; ${this.#summary()}`)));
      }, deadlineMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** Closes the connection for good: it does not come back. */
  close(): void {
    this.socket.disconnect();
    // Its manager may be between two attempts, which `disconnect` does not end.
    this.socket.io.engine?.close();
  }

  #push(push: Push): void {
    this.pushes.push(push);
    if (push.name === 'message') this.received.push(push.payload);
    if (push.name === 'session') this.sessions.push(push.payload);
    this.#wake();
  }

  #wake(): void {
    // A copy: a watcher that has seen enough leaves the set.
    for (const watcher of [...this.#watchers]) watcher();
  }

  #summary(): string {
    const names = this.pushes.map(({ name }) => name);
    const refusal = this.refusal === null ? '' : `, refused with "${this.refusal.message}"`;
    return `${this.socket.connected ? 'connected' : 'not connected'}${refusal}, pushes so far: ${names.join(' ') || 'none'}`;
  }
}
