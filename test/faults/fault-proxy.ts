import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Behaviour, Lane } from './fault-lane.js';
import type { Random } from '../../client/cli/src/verify/seeded-random.js';

export type Way = 'up' | 'down';

/** One connection through the proxy. */
export interface Link {
  /** Counts the connections of this proxy, from 1. */
  readonly number: number;
  /** It is used for Redis subscriptions. */
  readonly isSubscriber: boolean;
  /** Bytes that were dropped, and pieces that were written on their own. */
  readonly swallowed: number;
  readonly pieces: number;
}

interface LiveLink extends Link {
  readonly client: Socket;
  readonly server: Socket;
  readonly lanes: Readonly<Record<Way, Lane>>;
}

export interface FaultProxyOptions {
  readonly name: string;
  /** Asked for each connection, because what stands behind may come back elsewhere. */
  readonly target: () => number;
  readonly random: Random;
  readonly note: (what: string) => void;
}

/** Stands in a TCP connection and does to it what networks do, per direction and connection. */
export class FaultProxy {
  readonly #options: FaultProxyOptions;
  readonly #links = new Set<LiveLink>();
  readonly #server: Server;
  #count = 0;
  #newcomers: Partial<Record<Way, Behaviour>> = {};
  #isRefusing = false;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Listens on a free loopback port. */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get name(): string {
    return this.#options.name;
  }

  get port(): number {
    // A TCP server's address is an object with a port.
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The connections that are open now. */
  get links(): readonly Link[] {
    return [...this.#links];
  }

  /** From now on: on the connections that are picked, and on those to come only without a pick. */
  set(way: Way, behaviour: Behaviour, picks?: (link: Link) => boolean): number {
    if (picks === undefined) this.#newcomers = { ...this.#newcomers, [way]: behaviour };
    const picked = [...this.#links].filter((link) => picks?.(link) ?? true);
    for (const link of picked) {
      // No network hands on what comes after bytes that it lost.
      if (link.lanes[way].swallowed > 0 && behaviour.kind !== 'swallow') cut(link);
      else link.lanes[way].behave(behaviour);
    }
    this.#note(`${way} ${behaviour.kind} on ${picked.length}`);
    return picked.length;
  }

  /** Refuses new connections, as a port where nobody listens. */
  refuse(): void {
    this.#isRefusing = true;
    this.#note('refuses');
  }

  /** Ends connections with a reset in both directions; tells how many. */
  reset(picks: (link: Link) => boolean = () => true): number {
    const picked = [...this.#links].filter((link) => picks(link));
    for (const link of picked) cut(link);
    this.#note(`reset ${picked.length}`);
    return picked.length;
  }

  /** Everything passes again. A connection that lost bytes, or one of its ends, is reset. */
  heal(): void {
    this.#newcomers = {};
    this.#isRefusing = false;
    for (const link of this.#links) {
      const isBroken =
        link.swallowed > 0 || link.client.destroyed || link.server.destroyed || isHalf(link);
      if (isBroken) {
        cut(link);
        this.#links.delete(link);
      } else {
        link.lanes.up.behave({ kind: 'pass' });
        link.lanes.down.behave({ kind: 'pass' });
      }
    }
  }

  /** Ends it and every connection. */
  end(): void {
    this.#server.close();
    for (const { client, server } of this.#links) {
      client.destroy();
      server.destroy();
    }
  }

  #accept(client: Socket): void {
    if (this.#isRefusing) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const { target, random } = this.#options;
    const server = connect(target(), '127.0.0.1');
    const lanes = {
      up: new Lane(client, server, random),
      down: new Lane(server, client, random),
    };
    this.#count += 1;
    let isSubscriber = false;
    const link: LiveLink = {
      number: this.#count,
      client,
      server,
      lanes,
      get isSubscriber() {
        return isSubscriber;
      },
      get swallowed() {
        return lanes.up.swallowed + lanes.down.swallowed;
      },
      get pieces() {
        return lanes.up.pieces + lanes.down.pieces;
      },
    };
    this.#links.add(link);
    for (const way of ['up', 'down'] as const) lanes[way].behave(this.#newcomers[way] ?? PASS);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      // A `close` follows every error.
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk: Buffer) => {
      isSubscriber ||= /\r\ns?subscribe\r\n/i.test(chunk.toString('latin1'));
    });
    const ended = (way: Way) => {
      this.#note(`link ${link.number} ended by its ${way === 'up' ? 'client' : 'server'}`);
      // A black hole swallows the goodbye too: the other end hears of it when it is healed.
      if (!lanes[way].isSilent) lanes[way].finish();
      if (client.destroyed && server.destroyed) this.#links.delete(link);
    };
    client.on('close', () => ended('up'));
    server.on('close', () => ended('down'));
  }

  #note(what: string): void {
    this.#options.note(`${this.name}: ${what}`);
  }
}

const PASS: Behaviour = { kind: 'pass' };

function cut({ client, server }: LiveLink): void {
  client.resetAndDestroy();
  server.resetAndDestroy();
}

function isHalf({ client, server }: LiveLink): boolean {
  return client.readableEnded || server.readableEnded;
}
