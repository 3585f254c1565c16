import type { Buffer } from 'node:buffer';
import { Slice } from '../kernel/slice.js';
import type { PushName } from '../protocol/pushes.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { EncodedPush } from './encoded-push.js';
import { endBroken } from './end-broken.js';
import type { Session } from './session.js';
import type { SlowConsumers } from './slow-consumers.js';

/** The same pushes for many. */
export interface PushBatch<T> {
  readonly to: readonly T[];
  /** Asked in the moment of writing, which may be turns later. Null: it is not told any more. */
  sessionOf(one: T): Session | null;
  /** All of `pushes` as ready frames. */
  readonly joined: Buffer;
  readonly pushes: readonly EncodedPush<PushName>[];
  /** Whether a connection that is behind goes without them, and is told nothing of it. */
  readonly mayBeLost: boolean;
}

/** What writing to a connection that does not read, or is broken, comes to. */
export interface PushRules {
  readonly slow: SlowConsumers;
  readonly metrics: Metrics;
}

/** Writes to one connection after the other, in slices. Calls `done` behind the last of them, at once when one slice was enough. */
export function pushInSlices<T>(batch: PushBatch<T>, rules: PushRules, done: () => void): void {
  pushFrom(0, batch, rules, done);
}

function pushFrom<T>(from: number, batch: PushBatch<T>, rules: PushRules, done: () => void): void {
  const slice = new Slice(() => performance.now());
  const { to } = batch;
  for (let index = from; index < to.length; index += 1) {
    const one = to[index];
    const session = one === undefined ? null : batch.sessionOf(one);
    try {
      if (session) push(session, batch, rules);
    } catch (error) {
      if (session) endBroken(session, error, rules.metrics);
    }
    if (slice.isOver()) {
      setImmediate(() => pushFrom(index + 1, batch, rules, done));
      return;
    }
  }
  done();
}

function push<T>(session: Session, batch: PushBatch<T>, { slow }: PushRules): void {
  const { joined, pushes, mayBeLost } = batch;
  const { outbox, wire } = session;
  if (!outbox.isOpen || !slow.hasRoom(session)) return;
  if (mayBeLost && !outbox.hasRoomBeside(joined.length)) return;
  wire.write(joined, pushes, []);
  outbox.recount();
}
