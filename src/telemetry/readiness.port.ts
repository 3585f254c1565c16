/** Whether this instance can take and deliver messages now: the answer of `/health/ready`. */
export interface Readiness {
  /** True only when the broker is confirmed and the instance is not draining. Must not throw. */
  isReady(): boolean;
  /** Why not, in a few words for an operator; null while ready. */
  reason(): string | null;
}

export const READINESS = Symbol('Readiness');
