import type { Instance } from '../protocol/admin/instance.js';

/**
 * What this instance tells of itself at this moment. Asked each second; must be quick and not throw.
 * Bound by whoever can see the sessions and the state of the process.
 */
export type InstanceReport = () => Omit<Instance, 'id' | 'version' | 'startedAt'>;

export const INSTANCE_REPORT = Symbol('InstanceReport');
