import type { ChannelName } from '../../protocol/channel-name.js';
import type { Member } from '../../protocol/commands/presence.js';
import type { PresencePush } from '../../protocol/pushes/presence.js';
import { type Keys, partitionOf } from '../../redis/keys.js';
import { orUnavailable } from '../../redis/or-unavailable.js';
import type { RedisClient } from '../../redis/redis-client.js';
import {
  CLAIM_MS,
  type Lease,
  type PresenceStore,
  type StateChange,
  type Stay,
  type StayName,
} from '../presence-store.port.js';
import { HeldPartitions } from './held-partitions.js';
import {
  claimScript,
  enterScript,
  leaveScript,
  listScript,
  renewScript,
  retireScript,
  updateScript,
} from './presence-scripts.js';
import { readMember } from './stored-member.js';

/** Partitions that one step of expelling works on at once. */
const PARTITIONS_AT_ONCE = 32;

/**
 * Presence in Redis. What concerns one channel is in the slot of its partition and decided by one
 * script; leases are in a slot of their own. A holder's partition is noted before its first session
 * is put there, so that whoever expels the holder finds all of them.
 */
export class RedisPresenceStore implements PresenceStore {
  readonly #partitions: HeldPartitions;

  constructor(
    private readonly client: RedisClient,
    private readonly keys: Keys,
  ) {
    this.#partitions = new HeldPartitions(client, keys);
  }

  renew({ holder, untilMs, previousMs }: Lease): Promise<boolean> {
    const { leases } = this.#leaseKeys();
    const args = { holder, untilMs, previousMs: previousMs ?? 'none' };
    return orUnavailable(() => renewScript(this.client, { leases }, args));
  }

  async retire(holder: string, nowMs: number): Promise<void> {
    const keys = { ...this.#leaseKeys(), partitions: this.#partitions.key(holder) };
    const known = JSON.stringify(this.#partitions.known(holder));
    await orUnavailable(() => retireScript(this.client, keys, { holder, nowMs, known }));
    this.#partitions.forget(holder);
  }

  async enter(holder: string, stay: Stay, nowMs: number): Promise<PresencePush | null> {
    const { channel, user, client, name } = stay;
    const text = await orUnavailable(async () => {
      await this.#partitions.note(holder, partitionOf(channel));
      const args = { stay: placeOf(stay), user, client, name: JSON.stringify(name), nowMs };
      return enterScript(this.client, this.#stayKeys(holder, channel), args);
    });
    return text === null ? null : { channel, type: 'join', member: readMember(user, text) };
  }

  leave(holder: string, stay: StayName): Promise<PresencePush | null> {
    return orUnavailable(() => this.#leave(holder, stay.channel, placeOf(stay)));
  }

  async update({ channel, user, client, state }: StateChange): Promise<PresencePush | null> {
    const { members, clients } = this.#channelKeys(channel);
    const args = { user, client, state };
    const text = await orUnavailable(() => updateScript(this.client, { members, clients }, args));
    return text === null ? null : { channel, type: 'update', member: readMember(user, text) };
  }

  async members(
    channel: ChannelName,
    limit: number,
  ): Promise<{ members: Member[]; total: number }> {
    const { members: key } = this.#channelKeys(channel);
    const [total, pairs] = await orUnavailable(() =>
      listScript(this.client, { members: key }, { limit }),
    );
    const members: Member[] = [];
    for (let index = 0; index + 1 < pairs.length; index += 2) {
      members.push(readMember(pairs[index] ?? '', pairs[index + 1] ?? ''));
    }
    return { members, total };
  }

  async find(channel: ChannelName, user: string): Promise<Member | null> {
    const { members } = this.#channelKeys(channel);
    const text = await orUnavailable(() => this.client.hget(members, user));
    return text === null ? null : readMember(user, text);
  }

  claim(nowMs: number): Promise<string | null> {
    const args = { nowMs, untilMs: nowMs + CLAIM_MS };
    return orUnavailable(() => claimScript(this.client, this.#leaseKeys(), args));
  }

  expel(holder: string, limit: number): Promise<{ changes: PresencePush[]; more: boolean }> {
    return orUnavailable(async () => {
      const partitions = await this.#partitions.some(holder, Math.min(limit, PARTITIONS_AT_ONCE));
      const share = Math.floor(limit / Math.max(1, partitions.length));
      const steps = await Promise.allSettled(
        partitions.map((partition) => this.#expelFrom(partition, holder, share)),
      );
      const changes = steps.flatMap((step) => (step.status === 'fulfilled' ? step.value : []));
      const failed = steps.find((step) => step.status === 'rejected');
      // What was decided has to be told first; the next call meets the failure again.
      if (failed !== undefined && changes.length === 0) throw failed.reason;
      const more = failed !== undefined || (await this.#partitions.hasAny(holder));
      if (!more) await this.client.zrem(this.#leaseKeys().lapsed, holder);
      return { changes, more };
    });
  }

  async #expelFrom(partition: number, holder: string, limit: number): Promise<PresencePush[]> {
    const held = this.#heldKey(holder, partition);
    // With a count the reply is a list of fields; the client's type knows all of its forms at once.
    const places = (await this.client.hrandfield(held, limit)) as string[];
    const leaves = await Promise.allSettled(
      places.map((place) => this.#leave(holder, channelOf(place), place)),
    );
    const changes: PresencePush[] = [];
    for (const leave of leaves) {
      if (leave.status === 'fulfilled' && leave.value !== null) changes.push(leave.value);
    }
    const failed = leaves.find((leave) => leave.status === 'rejected');
    if (failed !== undefined && changes.length === 0) throw failed.reason;
    if (failed === undefined && places.length < limit) {
      await this.#partitions.drop(holder, partition);
    }
    return changes;
  }

  async #leave(holder: string, channel: ChannelName, stay: string): Promise<PresencePush | null> {
    const gone = await leaveScript(this.client, this.#stayKeys(holder, channel), { stay });
    if (gone === null) return null;
    const [user, text] = gone;
    return { channel, type: 'leave', member: readMember(user, text) };
  }

  #leaseKeys() {
    return {
      leases: this.keys.ofCluster('presence', 'leases'),
      lapsed: this.keys.ofCluster('presence', 'lapsed'),
    };
  }

  #channelKeys(channel: ChannelName) {
    return {
      members: this.keys.ofChannel('members', channel),
      clients: this.keys.ofChannel('clients', channel),
    };
  }

  #stayKeys(holder: string, channel: ChannelName) {
    return { ...this.#channelKeys(channel), held: this.#heldKey(holder, partitionOf(channel)) };
  }

  #heldKey(holder: string, partition: number): string {
    return this.keys.ofPartition('ph', partition, holder);
  }
}

/** No channel name and no session id has a space in it. */
function placeOf({ channel, sessionId }: StayName): string {
  return `${channel} ${sessionId}`;
}

function channelOf(place: string): ChannelName {
  // It was a channel name when the place was made of it.
  return place.slice(0, place.indexOf(' ')) as ChannelName;
}
