import { type Carillon, createCarillon } from '@carillon/sdk';
import { tokenFor } from '../../support/token.js';
import { monotonicNs } from './inbox.js';
import type { Audience, Traffic } from './orders.js';

/**
 * Publishes at even times, whatever becomes of it: what is late was due earlier, and its lateness
 * counts. There is a client at each instance, so that one can be spared the fault.
 */
export class SteadyPublisher {
  acknowledged = 0;
  refused = 0;
  /** Which instance it publishes to. */
  via = 0;
  readonly #clients: Carillon[] = [];
  readonly #tops = new Map<string, number>();
  readonly #open = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | null = null;
  #count = 0;

  constructor(private readonly audience: Audience) {}

  async open(): Promise<void> {
    for (const [number, url] of this.audience.urls.entries()) {
      const token = await tokenFor(this.audience.secret, { sub: `publisher${number}` });
      const client = createCarillon({ url, token, client: `publisher${number}` });
      client.connect();
      this.#clients.push(client);
    }
  }

  start({ perSecond, bytes }: Traffic): void {
    const everyMs = 1000 / perSecond;
    const startedNs = monotonicNs();
    const filling = 'x'.repeat(bytes);
    let sent = 0;
    const send = () => {
      for (;;) {
        const dueNs = startedNs + sent * everyMs * 1e6;
        if (dueNs > monotonicNs()) break;
        sent += 1;
        this.#publish({ dueNs, filling });
      }
      this.#timer = setTimeout(send, Math.max(1, everyMs / 2));
    };
    send();
  }

  /** Resolves when everything is answered. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await Promise.all(this.#open);
  }

  /** The highest offset that was acknowledged in a channel. */
  topOf(channel: string): number {
    return this.#tops.get(channel) ?? 0;
  }

  async close(): Promise<void> {
    await this.stop();
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  #publish(data: object): void {
    const { channels } = this.audience;
    const channel = channels[this.#count % channels.length] ?? '';
    this.#count += 1;
    const client = this.#clients[this.via % this.#clients.length];
    if (client === undefined) throw new Error('nobody is there to publish');
    const settled = client
      .channel(channel)
      .publish(data)
      .then(
        ({ offset }) => {
          this.acknowledged += 1;
          this.#tops.set(channel, Math.max(offset, this.topOf(channel)));
        },
        () => {
          this.refused += 1;
        },
      );
    this.#open.add(settled);
    void settled.finally(() => this.#open.delete(settled));
  }
}
