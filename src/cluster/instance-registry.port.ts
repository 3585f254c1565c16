import type { Instance } from '../protocol/admin/instance.js';

/**
 * Knows which instances run. An instance that stops announcing itself disappears after its
 * announcement has expired. Every call settles in bounded time; a `CarillonError` `unavailable`
 * means that the registry did not answer.
 */
export interface InstanceRegistry {
  /** Sets what is told of an instance, until `untilMs` or the next announcement. */
  announce(instance: Instance, times: AnnouncementTimes): Promise<void>;

  /** An instance that stops by itself is gone at once. */
  withdraw(id: string): Promise<void>;

  /** All instances whose announcement is good at `nowMs`, in no order. */
  list(nowMs: number): Promise<Instance[]>;
}

export const INSTANCE_REGISTRY = Symbol('InstanceRegistry');

/** Milliseconds on the cluster clock. */
export interface AnnouncementTimes {
  readonly nowMs: number;
  readonly untilMs: number;
}
