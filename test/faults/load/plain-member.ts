import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { FrameScanner } from '../../../bench/wire/frame-scanner.js';
import { clientFrame } from '../../../bench/wire/text-frame.js';
import { Inbox, monotonicNs, type Stamp } from './inbox.js';
import type { Member, MemberParts } from './member.js';

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const PONG = clientFrame('3');
const SUBSCRIBE_ID = 1;

/** The defaults of the official client: after 0.5 to 1.5 s, then twice as long, at most 5 s. */
const AGAIN_MS = 1_000;
const AGAIN_MAX_MS = 5_000;
const JITTER = 0.5;

interface Message {
  readonly channel: string;
  readonly offset: number;
  readonly position?: string;
  readonly data: Stamp;
  readonly replayed?: true;
}

interface SubscribeReply {
  readonly ok: boolean;
  readonly position: string;
  readonly messages: readonly Message[];
  readonly behind: number;
  readonly gap?: object;
}

/**
 * Engine.IO 4 and Socket.IO 5 by hand over a bare network stream, so that thousands of clients cost
 * little; it goes on by position, and tries again as the official client does.
 */
export class PlainMember implements Member {
  readonly inbox = new Inbox();
  readonly #parts: MemberParts;
  #stream: Socket | null = null;
  #scanner: FrameScanner | null = null;
  #head = Buffer.alloc(0);
  #position: string | undefined;
  #behind = 0;
  #liveNs: number | null = null;
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #opened = () => {};

  constructor(parts: MemberParts) {
    this.#parts = parts;
  }

  get channel(): string {
    return this.#parts.channel;
  }

  get instance(): number {
    return this.#parts.instance;
  }

  get liveNs(): number | null {
    return this.#liveNs;
  }

  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#opened = resolve;
      this.#connect();
    });
  }

  cut(): void {
    this.#stream?.resetAndDestroy();
  }

  stall(): void {
    this.#stream?.pause();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#stream?.destroy();
    return Promise.resolve();
  }

  #connect(): void {
    const { urls, instance } = this.#parts;
    const { port, hostname } = new URL(urls[instance % urls.length] ?? '');
    const stream = connect({ port: Number(port), host: hostname, noDelay: true });
    this.#stream = stream;
    this.#head = Buffer.alloc(0);
    this.#scanner = null;
    stream.on('data', (chunk: Buffer) => this.#data(chunk));
    // A `close` follows every error.
    stream.on('error', () => undefined);
    stream.once('close', () => this.#lost());
    stream.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
  }

  #lost(): void {
    this.#liveNs = null;
    if (this.#isClosed) return;
    const waitMs = Math.min(AGAIN_MS * 2 ** this.#failures, AGAIN_MAX_MS);
    this.#failures += 1;
    const jittered = waitMs * (1 - JITTER + 2 * JITTER * Math.random());
    this.#timer = setTimeout(() => this.#connect(), Math.min(jittered, AGAIN_MAX_MS));
  }

  #data(chunk: Buffer): void {
    if (this.#scanner !== null) return this.#scanner.push(chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf(END_OF_HEAD);
    if (end < 0) return;
    if (this.#head.toString('latin1', 9, 12) !== '101') {
      this.#stream?.destroy();
      return;
    }
    this.#scanner = new FrameScanner((bytes, start, to) =>
      this.#packet(bytes.toString('utf8', start, to)),
    );
    this.#scanner.push(this.#head.subarray(end + END_OF_HEAD.length));
  }

  #packet(packet: string): void {
    if (packet === '2') {
      this.#stream?.write(PONG);
    } else if (packet.startsWith('0')) {
      const { token, name } = this.#parts;
      this.#send(`40${JSON.stringify({ token, client: name })}`);
    } else if (packet.startsWith('42["session"')) {
      const request = { channel: this.channel, since: this.#position };
      this.#send(`42${SUBSCRIBE_ID}${JSON.stringify(['subscribe', request])}`);
    } else if (packet.startsWith(`43${SUBSCRIBE_ID}[`)) {
      const [reply] = JSON.parse(packet.slice(3)) as [SubscribeReply];
      this.#subscribed(reply);
    } else if (packet.startsWith('42["message"')) {
      const [, message] = JSON.parse(packet.slice(2)) as [string, Message];
      this.#message(message);
    } else if (packet.startsWith('42["gap"')) {
      this.inbox.gaps += 1;
      this.inbox.last = null;
    }
  }

  #subscribed({ ok, position, messages, behind, gap }: SubscribeReply): void {
    if (!ok) {
      this.#stream?.destroy();
      return;
    }
    if (gap !== undefined) {
      this.inbox.gaps += 1;
      this.inbox.last = null;
    }
    for (const message of messages) this.#message(message);
    this.#position = position;
    this.#behind = behind;
    if (behind === 0) this.#isLive();
  }

  #message({ channel, offset, position, data, replayed }: Message): void {
    if (channel !== this.channel) return;
    this.#position = position ?? this.#position;
    this.inbox.message(offset, data);
    if (replayed === undefined || this.#behind === 0) return;
    this.#behind -= 1;
    if (this.#behind === 0) this.#isLive();
  }

  #isLive(): void {
    this.#failures = 0;
    this.#liveNs = monotonicNs();
    this.#opened();
  }

  #send(packet: string): void {
    this.#stream?.write(clientFrame(packet));
  }
}
