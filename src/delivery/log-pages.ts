import { Inject, Injectable } from '@nestjs/common';
import type { ChannelName } from '../protocol/channel-name.js';
import { LIMITS } from '../protocol/limits.js';
import { BROKER, type Broker, type LogPage, type ReadQuery } from '../broker/broker.port.js';
import { formatPosition, type Position } from '../broker/position.js';
import { CHANNEL_FEED, type ChannelFeed } from './channel-feed.port.js';
import type { FollowedChannel } from './followed-channel.js';

type PageSize = Pick<ReadQuery, 'limit' | 'maxBytes'>;

/** The pages that subscriptions start from and catch up with. */
@Injectable()
export class LogPages {
  /** Reads on their way: who resumes from the same place meanwhile, as all do in a storm, shares one. */
  readonly #underWay = new Map<string, Promise<LogPage>>();

  constructor(
    @Inject(BROKER) private readonly broker: Broker,
    @Inject(CHANNEL_FEED) private readonly feed: ChannelFeed,
  ) {}

  /**
   * What follows the place, or where a reader goes on that cannot be continued: as much as an answer
   * holds, or no more than so many bytes, and one message at least.
   */
  after(
    channel: FollowedChannel,
    place: Position,
    maxBytes: number = LIMITS.replyBytes,
  ): Promise<LogPage> {
    return this.#shared(channel, place, { limit: LIMITS.replyMessages, maxBytes });
  }

  /** As `after`, without the entries: whether a reader can go on, where, and the facts of that moment. */
  standing(channel: FollowedChannel, place: Position): Promise<LogPage> {
    return this.#shared(channel, place, { limit: 0, maxBytes: 1 });
  }

  #shared({ name, breaks }: FollowedChannel, place: Position, size: PageSize): Promise<LogPage> {
    // What was read before a break proves nothing after it.
    const key = `${name} ${breaks} ${size.limit} ${size.maxBytes} ${formatPosition(place)}`;
    const known = this.#underWay.get(key);
    if (known) return known;
    const reading = this.#read(name, place, size).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, reading);
    return reading;
  }

  async #read(channel: ChannelName, place: Position, size: PageSize): Promise<LogPage> {
    const query = { from: { after: place }, ...size };
    const page = await this.broker.read(channel, query);
    if (page.continuity !== 'rewound') return page;
    // This instance may know where the lost history left the log, and not have marked it yet.
    await this.feed.verify(channel);
    return this.broker.read(channel, query);
  }

  /** Milliseconds on the cluster clock. */
  now(): number {
    return this.broker.now();
  }

  /** The place after which the last n messages lie, or the floor when fewer are kept. */
  async placeBeforeLast(channel: ChannelName, count: number): Promise<Position> {
    const { facts } = await this.broker.read(channel, { from: 'top', limit: 1, maxBytes: 1 });
    const offset = facts.top.offset - count;
    if (offset <= facts.floor.offset) return facts.floor;
    const page = await this.broker.read(channel, {
      from: { before: { ...facts.top, offset: offset + 1 } },
      limit: 1,
      maxBytes: 1,
    });
    return page.entries.at(-1) ?? page.facts.floor;
  }
}
