import { CarillonError } from './carillon-error.js';
import { Channel } from './channel.js';
import { ChannelEvents } from './channel-events.js';
import type { Connection } from './connection.js';
import type { Environment } from './environment.js';
import { placeKey } from './later-place.js';
import type { Logger } from './logger.js';
import { MessageStream } from './message-stream.js';
import type { ChannelOptions } from './options.js';
import type { Outbox } from './outbox.js';
import type { ReleaseQueue } from './release-queue.js';
import type { Requests } from './requests.js';
import type { SeenBroadcasts } from './seen-broadcasts.js';
import type { StoreWriter } from './store-writer.js';
import { storedStream, streamRecordOf } from './stream-record.js';
import { Subscription } from './subscription.js';
import type { Push } from './wire.js';

const CLIENT_CHANNEL = /^[A-Za-z0-9][A-Za-z0-9_.:@=+-]{0,199}$/;

export interface ChannelsParts {
  readonly connection: Connection;
  readonly requests: Requests;
  readonly outbox: Outbox;
  readonly releases: ReleaseQueue;
  readonly seenBroadcasts: SeenBroadcasts;
  readonly writer: StoreWriter;
  readonly environment: Environment;
  readonly logger: Logger;
  /** Why nothing can be asked of the server before the next `connect`; null where it can. */
  readonly refusal: () => CarillonError | null;
  /** `areCurrent` may have become true. */
  readonly advanced: () => void;
}

interface Known {
  readonly channel: Channel;
  readonly subscription: Subscription;
  readonly events: ChannelEvents;
}

/** The channels that the application has named. */
export class Channels {
  readonly #parts: ChannelsParts;
  readonly #known = new Map<string, Known>();

  constructor(parts: ChannelsParts) {
    this.#parts = parts;
  }

  /** Every wanted channel stands where the server stands. */
  get areCurrent(): boolean {
    for (const { subscription } of this.#known.values()) if (!subscription.isCurrent) return false;
    return true;
  }

  /** @throws CarillonError `channel_invalid` */
  named(name: string, options: ChannelOptions | undefined): Channel {
    if (!CLIENT_CHANNEL.test(name)) {
      const message = `No channel can have the name ${JSON.stringify(name)}: use letters, digits and _.:@=+-`;
      throw new CarillonError('channel_invalid', message);
    }
    const known = this.#known.get(name);
    if (known === undefined) return this.#newChannel(name, options ?? {});
    if (options !== undefined) known.channel.setOptions(options);
    return known.channel;
  }

  opened(): void {
    for (const { subscription } of this.#known.values()) subscription.opened();
  }

  ended(): void {
    for (const { subscription } of this.#known.values()) subscription.ended();
  }

  /** There will be no session before the application connects again. */
  refuse(error: CarillonError): void {
    for (const { subscription } of this.#known.values()) subscription.refuse(error);
  }

  /** Ends every subscription. */
  stop(): void {
    for (const { subscription } of this.#known.values()) subscription.stop();
  }

  take(push: Exclude<Push, { name: 'session' | 'closing' | 'status' }>): void {
    const known = this.#known.get(push.payload.channel);
    known?.subscription.take(push);
    if (push.name === 'skip') known?.events.skip.tell(push.payload);
  }

  #newChannel(name: string, options: ChannelOptions): Channel {
    const { connection, environment, logger, requests, outbox, refusal, advanced } = this.#parts;
    const events = new ChannelEvents(name, logger);
    const key = placeKey(name);
    let durable = false;
    const stream: MessageStream = new MessageStream({
      channel: name,
      releases: this.#parts.releases,
      seenBroadcasts: this.#parts.seenBroadcasts,
      show: (message) => events.message.tell(message),
      tellGap: (gap) => events.gap.tell(gap),
      isDurable: () => durable,
      changed: () => {
        if (durable) void this.#parts.writer.save(key, () => storedStream(stream.record()));
      },
      holeFound: (missing) => subscription.seek(missing),
    });
    let restores = 0;
    const restore = async (isDurable: boolean) => {
      durable = isDurable;
      restores += 1;
      const round = restores;
      const stored = isDurable ? await this.#parts.writer.load(key) : undefined;
      // Ended, and begun anew, while a slow store was read: what was read is old.
      if (round !== restores) return;
      const record = stored === undefined ? null : streamRecordOf(stored);
      // Another tab may have had this part of the store since: what was shown here is known here.
      if (stream.hasPlace) {
        stream.resume();
        if (isDurable) stream.outlive(record?.age ?? 0);
        return;
      }
      if (stored === undefined) return stream.resume();
      if (record !== null) return stream.restore(record);
      logger.error(`What the store keeps of ${name} cannot be read: it begins anew.`);
      stream.giveUpPlace();
    };
    const subscription = new Subscription({
      channel: name,
      connection,
      environment,
      logger,
      events,
      stream,
      restore,
      advanced,
    });
    const channel = new Channel(name, options, {
      events,
      subscription,
      ask: (command, request) => requests.ask(command, request),
      publish: async (data, publishOptions) => {
        const error = refusal();
        if (error !== null) throw error.withOutcome('failed');
        return outbox.publish(name, data, publishOptions);
      },
      refusal,
      // Not over a cut: a session takes its subscriptions with it, and in the next one it might come
      // behind a `subscribe` that was made since.
      leave: () =>
        new Promise((resolve) => {
          connection.send('unsubscribe', { channel: name }, () => resolve());
        }),
    });
    this.#known.set(name, { channel, subscription, events });
    return channel;
  }
}
