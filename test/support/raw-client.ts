import { once } from 'node:events';
import { WebSocket } from 'ws';
import { register } from './actors.js';
import { eventually, within } from './eventually.js';

export interface RawClose {
  readonly code: number;
  readonly reason: string;
}

/**
 * Speaks Engine.IO and Socket.IO by hand: for packets that no official client sends, and for crowds
 * in which an official client for everybody would cost too much.
 */
export class RawClient {
  /** Every Socket.IO text packet, without the Engine.IO type before it, in order. */
  readonly packets: string[] = [];
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<RawClose>;
  readonly #socket: WebSocket;
  #isOpen = true;

  constructor(url: string) {
    const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    this.#socket = new WebSocket(address, { perMessageDeflate: false });
    this.closed = new Promise((resolve) => {
      this.#socket.once('close', (code, reason) => {
        this.#isOpen = false;
        resolve({ code, reason: reason.toString() });
      });
    });
    // A `close` follows every error, and that is what tests await.
    this.#socket.on('error', () => {});
    this.#socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return;
      const text = data.toString('utf8');
      if (text === '2') this.#socket.send('3');
      else if (text.startsWith('4')) this.packets.push(text.slice(1));
    });
    register({ name: `raw client of ${url}`, end: () => this.#socket.terminate() });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves when bytes may be sent; nothing of Socket.IO was said yet. */
  async opened(): Promise<void> {
    await within('the WebSocket is open', 10_000, once(this.#socket, 'open'));
  }

  /** A whole WebSocket message, exactly as it is given. */
  send(frame: string | Buffer): void {
    this.#socket.send(frame);
  }

  /** Resolves with the first packet, past or coming, that begins so. */
  packet(start: string, deadlineMs = 10_000): Promise<string> {
    return eventually(
      `a packet that begins with ${start}`,
      () => this.packets.find((packet) => packet.startsWith(start)),
      { deadlineMs, everyMs: 5 },
    );
  }

  /** The payloads of one push so far, in order. */
  all(event: string): Record<string, unknown>[] {
    const start = `2["${event}",`;
    return this.packets
      .filter((packet) => packet.startsWith(start))
      .map((packet) => (JSON.parse(packet.slice(1)) as [string, Record<string, unknown>])[1]);
  }

  /** Stops reading: what the server sends fills the kernel's buffers and then its own. */
  stopReading(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** A raw client that has its session. */
export async function rawSession(url: string, token: string): Promise<RawClient> {
  const client = new RawClient(url);
  await client.opened();
  client.send(`40${JSON.stringify({ token })}`);
  await client.packet('2["session"');
  return client;
}
