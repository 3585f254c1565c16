import type { ChannelName } from '../../protocol/channel-name.js';
import type { Member } from '../../protocol/commands/presence.js';
import type { PresencePush } from '../../protocol/pushes/presence.js';
import {
  CLAIM_MS,
  type Lease,
  type PresenceStore,
  type StateChange,
  type Stay,
  type StayName,
} from '../presence-store.port.js';

interface Occupant {
  readonly joinedAt: number;
  name: string | null;
  state: string | null;
  /** Sessions by client. */
  readonly clients: Map<string, number>;
}

/** Presence of one process; it is gone with it. */
export class MemoryPresenceStore implements PresenceStore {
  readonly #channels = new Map<ChannelName, Map<string, Occupant>>();
  /** What each holder holds, by channel and session. */
  readonly #held = new Map<string, Map<string, Stay>>();
  readonly #leases = new Map<string, number>();
  /** Lapsed holders, and when each may be claimed. */
  readonly #lapsed = new Map<string, number>();

  async renew({ holder, untilMs, previousMs }: Lease): Promise<boolean> {
    if (previousMs !== null && this.#leases.get(holder) !== previousMs) return false;
    this.#leases.set(holder, untilMs);
    return true;
  }

  async retire(holder: string, nowMs: number): Promise<void> {
    this.#leases.delete(holder);
    this.#lapsed.set(holder, nowMs);
  }

  async enter(holder: string, stay: Stay, nowMs: number): Promise<PresencePush | null> {
    const { channel, user, client, name } = stay;
    const held = this.#held.get(holder) ?? new Map<string, Stay>();
    if (held.has(placeOf(stay))) return null;
    this.#held.set(holder, held.set(placeOf(stay), stay));

    const occupants = this.#channels.get(channel) ?? new Map<string, Occupant>();
    this.#channels.set(channel, occupants);
    const known = occupants.get(user);
    const occupant: Occupant = known ?? { joinedAt: nowMs, name, state: null, clients: new Map() };
    occupants.set(user, occupant);
    occupant.clients.set(client, (occupant.clients.get(client) ?? 0) + 1);
    if (name !== null) occupant.name = name;
    return known === undefined ? { channel, type: 'join', member: memberOf(user, occupant) } : null;
  }

  async leave(holder: string, { channel, sessionId }: StayName): Promise<PresencePush | null> {
    const held = this.#held.get(holder);
    const stay = held?.get(placeOf({ channel, sessionId }));
    if (held === undefined || stay === undefined) return null;
    held.delete(placeOf(stay));
    if (held.size === 0) this.#held.delete(holder);
    return this.#remove(stay);
  }

  async update({ channel, user, client, state }: StateChange): Promise<PresencePush | null> {
    const occupant = this.#channels.get(channel)?.get(user);
    if (occupant === undefined || !occupant.clients.has(client)) return null;
    occupant.state = state;
    return { channel, type: 'update', member: memberOf(user, occupant) };
  }

  async members(
    channel: ChannelName,
    limit: number,
  ): Promise<{ members: Member[]; total: number }> {
    const members: Member[] = [];
    const occupants = this.#channels.get(channel) ?? new Map<string, Occupant>();
    for (const [user, occupant] of occupants) {
      if (members.length === limit) break;
      members.push(memberOf(user, occupant));
    }
    return { members, total: occupants.size };
  }

  async find(channel: ChannelName, user: string): Promise<Member | null> {
    const occupant = this.#channels.get(channel)?.get(user);
    return occupant === undefined ? null : memberOf(user, occupant);
  }

  async claim(nowMs: number): Promise<string | null> {
    for (const [holder, untilMs] of this.#leases) {
      if (untilMs > nowMs) continue;
      this.#leases.delete(holder);
      this.#lapsed.set(holder, nowMs);
    }
    for (const [holder, claimableAtMs] of this.#lapsed) {
      if (claimableAtMs > nowMs) continue;
      this.#lapsed.set(holder, nowMs + CLAIM_MS);
      return holder;
    }
    return null;
  }

  async expel(holder: string, limit: number): Promise<{ changes: PresencePush[]; more: boolean }> {
    const changes: PresencePush[] = [];
    const stays = [...(this.#held.get(holder)?.values() ?? [])].slice(0, limit);
    for (const stay of stays) {
      const change = await this.leave(holder, stay);
      if (change !== null) changes.push(change);
    }
    const more = this.#held.has(holder);
    if (!more) this.#lapsed.delete(holder);
    return { changes, more };
  }

  #remove({ channel, user, client }: Stay): PresencePush | null {
    const occupants = this.#channels.get(channel);
    const occupant = occupants?.get(user);
    if (occupants === undefined || occupant === undefined) return null;
    const sessions = (occupant.clients.get(client) ?? 0) - 1;
    if (sessions > 0) occupant.clients.set(client, sessions);
    else occupant.clients.delete(client);
    if (occupant.clients.size > 0) return null;
    occupants.delete(user);
    if (occupants.size === 0) this.#channels.delete(channel);
    return { channel, type: 'leave', member: memberOf(user, occupant) };
  }
}

/** No channel name and no session id has a space in it. */
function placeOf({ channel, sessionId }: StayName): string {
  return `${channel} ${sessionId}`;
}

function memberOf(user: string, { joinedAt, name, state, clients }: Occupant): Member {
  return {
    user,
    ...(name === null ? {} : { name }),
    clients: clients.size,
    joinedAt,
    // Parsed anew for each reader, so that none can change what another one sees.
    ...(state === null ? {} : { state: JSON.parse(state) as unknown }),
  };
}
