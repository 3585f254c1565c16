import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import type { Message } from '../../src/message.js';
import type { PublishRequest, Requests } from '../../src/wire.js';
import { session } from './wire-examples.js';

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

type Answer = (reply: unknown) => void;

/** The log of every channel: it outlives servers, as a broker does. */
export class FakeLog {
  readonly #channels = new Map<string, Message[]>();

  of(channel: string): Message[] {
    const log = this.#channels.get(channel) ?? [];
    this.#channels.set(channel, log);
    return log;
  }

  /** Stores once per id. */
  append({ channel, id, data }: PublishRequest): { message: Message; duplicate: boolean } {
    const log = this.of(channel);
    const known = log.find((message) => message.id === id);
    if (known !== undefined) return { message: known, duplicate: true };
    const offset = log.length + 1;
    const message = { channel, offset, position: `1:${offset}`, id, data, at: Date.now() };
    log.push(message);
    return { message, duplicate: false };
  }
}

/** A server that speaks as much of the contract as the SDK needs, with faults on demand. */
export class FakeServer {
  /** What the handshakes carried. */
  readonly handshakes: Record<string, unknown>[] = [];
  /** Answers a handshake with an error, or null to let it in. */
  judge: (auth: Record<string, unknown>) => Refusal | null = () => null;
  /** How many upgrades are refused with 503 from now on. */
  upgradesToRefuse = 0;
  /** How many publishes are stored but cut before the answer from now on. */
  answersToSwallow = 0;
  readonly #http: HttpServer;
  readonly #io: Server;

  private constructor(
    private readonly log: FakeLog,
    path: string,
  ) {
    this.#http = createServer();
    this.#io = new Server(this.#http, {
      path,
      transports: ['websocket'],
      serveClient: false,
      allowRequest: (_request, decide) => {
        this.upgradesToRefuse -= 1;
        decide(null, this.upgradesToRefuse < 0);
      },
    });
    this.#io.use((socket, next) => {
      const auth = socket.handshake.auth as Record<string, unknown>;
      this.handshakes.push(auth);
      const refusal = this.judge(auth);
      if (refusal === null) return next();
      next(Object.assign(new Error(refusal.message), { data: refusal }));
    });
    this.#io.on('connection', (socket) => this.#serve(socket));
  }

  /** @param port 0 picks a free one */
  static async start(log: FakeLog, port = 0, path = '/socket.io/'): Promise<FakeServer> {
    const server = new FakeServer(log, path);
    await new Promise<void>((resolve) => {
      server.#http.listen(port, '127.0.0.1', resolve);
    });
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Cuts every connection as a network would. */
  cutAll(): void {
    for (const { conn } of this.#io.sockets.sockets.values()) conn.close();
  }

  pushToAll(name: string, payload: unknown): void {
    this.#io.emit(name, payload);
  }

  async stop(): Promise<void> {
    await this.#io.close();
  }

  #serve(socket: Socket): void {
    const { auth } = socket.handshake;
    socket.on('subscribe', (request: Requests['subscribe'], answer: Answer) => {
      const { channel, since, rewind = 0 } = request;
      const log = this.log.of(channel);
      const from = since === undefined ? log.length - rewind : Number(since.slice(2));
      const messages = log.slice(Math.max(0, from));
      void socket.join(channel);
      const position = `1:${log.length}`;
      const reply = { channel, epoch: 'e', position, recovered: true, messages, behind: 0 };
      answer({ ok: true, ...reply });
    });
    socket.on('unsubscribe', ({ channel }: Requests['unsubscribe'], answer: Answer) => {
      void socket.leave(channel);
      answer({ ok: true, channel });
    });
    socket.on('publish', (request: PublishRequest, answer: Answer) => {
      const { message, duplicate } = this.log.append(request);
      if (!duplicate) this.#io.to(message.channel).emit('message', message);
      if (this.answersToSwallow > 0) {
        this.answersToSwallow -= 1;
        socket.conn.close();
        return;
      }
      const { id, channel, offset, at } = message;
      answer({ ok: true, id, channel, epoch: 'e', offset, at, duplicate });
    });
    socket.on('clock', ({ sentAt }: Requests['clock'], answer: Answer) => {
      answer({ ok: true, sentAt, serverTime: Date.now() + 3_600_000 });
    });
    socket.on('presence', (_request: unknown, answer: Answer) => {
      answer({ ok: true, members: [], total: 0 });
    });
    socket.emit('session', session({ client: String(auth.client), serverTime: Date.now() }));
  }
}
