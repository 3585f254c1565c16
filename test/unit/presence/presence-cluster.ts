import type { Broker } from '../../../src/broker/broker.port.js';
import type { Config } from '../../../src/config/config.js';
import { MemoryPresenceStore } from '../../../src/presence/memory/memory-presence-store.js';
import { presenceIn } from '../../../src/presence/presence-note.js';
import type { PresenceStore, Stay } from '../../../src/presence/presence-store.port.js';
import { PresenceService } from '../../../src/presence/presence.service.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';

export const lobby = 'room:lobby' as ChannelName;

/** Instances over one store, under a clock that only `pass` moves. */
export class PresenceCluster {
  /** What was told, as `join ann`, in order. */
  readonly told: string[] = [];
  readonly store: PresenceStore;
  /** True: every call to the store fails, as when it does not answer. */
  isStoreAway = false;
  /** True: notes fail. */
  isBusAway = false;
  #nowMs = 1_700_000_000_000;
  readonly #alive = new Map<string, PresenceService>();

  constructor(store: PresenceStore = new MemoryPresenceStore()) {
    this.store = new Proxy(store, {
      get: (target, method) => {
        const call: unknown = Reflect.get(target, method, target);
        return typeof call !== 'function'
          ? call
          : (...args: unknown[]) => {
              if (this.isStoreAway)
                return Promise.reject(new CarillonError('unavailable', 'Away.'));
              return call.apply(target, args) as unknown;
            };
      },
    });
  }

  /** Starts an instance and lets it take its lease. */
  async instance(id: string): Promise<PresenceService> {
    const broker: Pick<Broker, 'now' | 'note'> = {
      now: () => this.#nowMs + 0.25,
      note: async (_channel, payload) => {
        if (this.isBusAway) throw new CarillonError('unavailable', 'Away.');
        const push = presenceIn(payload);
        if (push !== null) this.told.push(`${push.type} ${push.member.user}`);
      },
    };
    // The service uses these two calls and this one setting; the rest of both is other people's.
    const service = new PresenceService(this.store, broker as Broker, { instanceId: id } as Config);
    this.#alive.set(id, service);
    await service.tick();
    return service;
  }

  /** From now on the instance does nothing. */
  kill(id: string): void {
    this.#alive.delete(id);
  }

  /** Lets seconds pass, each with its tick on every living instance. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.#nowMs += 1_000;
      for (const service of this.#alive.values()) await service.tick();
    }
  }
}

let sessions = 0;

/** A new session of a user in the lobby. */
export function sessionOf(user: string, client = `${user}-phone`): Stay {
  return { channel: lobby, sessionId: `session-${++sessions}`, user, client, name: null };
}
