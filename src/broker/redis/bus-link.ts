import { Buffer } from 'node:buffer';
import type { Redis } from 'ioredis';
import { disconnect } from '../../redis/redis-client.js';
import { Heartbeat } from './heartbeat.js';
import { Subscriptions } from './subscriptions.js';

const BEAT = Buffer.from('b1');

export interface BusLinkOwner {
  /** A beat can be sent. */
  isOpen(): boolean;
  publish(name: string, message: Buffer): Promise<unknown>;
  /** False: it was for no channel. */
  receive(name: string, message: Buffer): boolean;
  /** All that this link is to bring was subscribed anew; something may have been missed before. */
  asserted(link: BusLink): void;
  /** Of a cluster: what this link is to bring may be another server's. */
  doubt(): void;
  /** `isSound` may have changed. */
  judge(): void;
}

/** One connection for subscriptions, with the beats that prove that it brings what is published there. */
export class BusLink {
  readonly #subscriptions: Subscriptions;
  readonly #heartbeat: Heartbeat;
  #beatName: string;
  #isClosed = false;

  constructor(
    private readonly client: Redis,
    isSharded: boolean,
    beatName: string,
    private readonly owner: BusLinkOwner,
  ) {
    this.#beatName = beatName;
    this.#subscriptions = new Subscriptions(client, isSharded, {
      asserted: () => {
        owner.asserted(this);
        this.#heartbeat.listening();
      },
      lost: () => this.#heartbeat.lost(),
      moved: () => owner.doubt(),
    });
    this.#heartbeat = new Heartbeat({
      isOpen: () => owner.isOpen() && this.#subscriptions.isAsserted,
      send: () => this.#send(),
      deaf: () => this.#subscriptions.renew(),
      judge: () => owner.judge(),
    });
    // Nobody waits for it: what counts is that the beats are heard.
    this.#subscriptions.add(beatName).catch(() => undefined);
    client.on(isSharded ? 'smessageBuffer' : 'messageBuffer', (name: Buffer, message: Buffer) => {
      const text = name.toString();
      if (!owner.receive(text, message) && text === this.#beatName) this.#heartbeat.heard();
    });
    client.on('close', () => {
      if (!this.#isClosed) owner.doubt();
    });
    this.#heartbeat.start();
  }

  /** All that it is to bring is subscribed on this connection. */
  get isAsserted(): boolean {
    return this.#subscriptions.isAsserted;
  }

  /** What is published there comes back here, as of the last second. */
  get isSound(): boolean {
    return this.#subscriptions.isAsserted && this.#heartbeat.isFresh;
  }

  follow(name: string): Promise<void> {
    return this.#subscriptions.add(name);
  }

  unfollow(name: string): void {
    this.#subscriptions.remove(name);
  }

  /** From now on it brings exactly these, and this beat. */
  carry(names: readonly string[], beatName: string): void {
    this.#beatName = beatName;
    this.#subscriptions.want(new Set([...names, beatName]));
  }

  beat(): void {
    this.#heartbeat.beat();
  }

  close(): void {
    this.#isClosed = true;
    this.#heartbeat.stop();
    this.#subscriptions.close();
    disconnect(this.client);
  }

  async #send(): Promise<void> {
    try {
      await this.owner.publish(this.#beatName, BEAT);
    } catch (error) {
      this.owner.doubt();
      throw error;
    }
  }
}
