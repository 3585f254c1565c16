import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** What becomes of a message that is published. */
export type Fate = 'delivered' | 'told lost' | 'reader ended';

/** A server that speaks as ours does, to one reader in each channel, and loses what it is told to. */
export class PushServer {
  readonly #server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  readonly #readers = new Map<string, WebSocket>();

  constructor(private readonly fate: (channel: string, number: number) => Fate) {
    const counts = new Map<string, number>();
    this.#server.on('connection', (socket) => {
      socket.send('0{}');
      socket.on('message', (data: Buffer) => {
        const packet = data.toString();
        if (packet.startsWith('40')) socket.send('40{}');
        if (packet.startsWith('40')) socket.send('42["session",{}]');
        const request = /^42(\d+)(.*)$/.exec(packet);
        if (!request) return;
        const [, id, text = ''] = request;
        const [name, body] = JSON.parse(text) as [string, { readonly channel: string }];
        const { channel } = body;
        socket.send(`43${id}[{"ok":true}]`);
        if (name === 'subscribe') {
          this.#readers.set(channel, socket);
          return;
        }
        const number = counts.get(channel) ?? 0;
        counts.set(channel, number + 1);
        this.#bring(channel, number, body);
      });
    });
  }

  async port(): Promise<number> {
    if (this.#server.address() === null) await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #bring(channel: string, number: number, body: object): void {
    const reader = this.#readers.get(channel);
    const fate = this.fate(channel, number);
    if (fate === 'delivered') reader?.send(`42["message",${JSON.stringify(body)}]`);
    if (fate === 'told lost') reader?.send(`42["gap",{"channel":"${channel}","count":1}]`);
    if (fate === 'reader ended') reader?.terminate();
  }
}
