import type { Buffer } from 'node:buffer';
import { Slice } from '../kernel/slice.js';
import type { PushName } from '../protocol/pushes.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { EncodedPush } from './encoded-push.js';
import { endBroken } from './end-broken.js';
import type { Session } from './session.js';
import type { SlowConsumers } from './slow-consumers.js';

/** The same pushes for many connections. */
export interface PushBatch {
  readonly sessions: readonly Session[];
  /** All of `pushes` as ready frames. */
  readonly joined: Buffer;
  readonly pushes: readonly EncodedPush<PushName>[];
}

/** What writing to a connection that does not read, or is broken, comes to. */
export interface PushRules {
  readonly slow: SlowConsumers;
  readonly metrics: Metrics;
}

/** Writes to one connection after the other, in slices. Calls `done` behind the last of them, at once when one slice was enough. */
export function pushInSlices(batch: PushBatch, rules: PushRules, done: () => void): void {
  pushFrom(0, batch, rules, done);
}

function pushFrom(from: number, batch: PushBatch, rules: PushRules, done: () => void): void {
  const { sessions, joined, pushes } = batch;
  const slice = new Slice(() => performance.now());
  for (let index = from; index < sessions.length; index += 1) {
    const session = sessions[index];
    try {
      if (session?.isOpen && rules.slow.hasRoom(session)) session.wire.write(joined, pushes, []);
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
