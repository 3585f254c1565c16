import type { Instance } from '../../protocol/admin/instance.js';
import type { AnnouncementTimes, InstanceRegistry } from '../instance-registry.port.js';

/** The instances of one process: where nothing is shared, the only one. */
export class MemoryInstanceRegistry implements InstanceRegistry {
  readonly #announced = new Map<string, { instance: Instance; untilMs: number }>();

  async announce(instance: Instance, { nowMs, untilMs }: AnnouncementTimes): Promise<void> {
    this.#announced.set(instance.id, { instance: { ...instance }, untilMs });
    for (const [id, other] of this.#announced) {
      if (other.untilMs <= nowMs) this.#announced.delete(id);
    }
  }

  async withdraw(id: string): Promise<void> {
    this.#announced.delete(id);
  }

  async list(nowMs: number): Promise<Instance[]> {
    const good = [...this.#announced.values()].filter(({ untilMs }) => untilMs > nowMs);
    return good.map(({ instance }) => ({ ...instance }));
  }
}
