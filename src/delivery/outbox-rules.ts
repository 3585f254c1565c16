import type { WriteRules } from './write-taken.js';

/** What all outboxes of an instance share. */
export interface OutboxRules extends WriteRules {
  /** Bytes that may wait for one connection now, counting what its stream holds; `LEAST_WAITING` or more. */
  bytesMax(): number;
  dropped(messages: number): void;
  /** What waits for all connections changed by so many bytes. */
  waiting(change: number): void;
}

/** Told when the kernel stops taking what a connection is sent, when it has taken all of it, and of a write that failed. */
export interface OutboxWatch {
  stalled(): void;
  recovered(): void;
  /** A write came to nothing, and what was to leave with it is not here any more: nothing may follow it, so this must `end` the outbox. */
  broken(error: unknown): void;
}
