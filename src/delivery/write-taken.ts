import type { Buffer } from 'node:buffer';
import type { EncodedMessage } from './encoded-message.js';
import { hasExpired, mayLeave } from './exclusion.js';
import type { JoinedFrames } from './joined-frames.js';
import type { Taken } from './priority-lanes.js';
import type { Subscription } from './subscription.js';
import { type SkipCount, tellGap, tellSkip } from './tell-missing.js';
import type { Wire } from './wire.port.js';

export interface WriteRules extends SkipCount {
  /** Milliseconds on the cluster clock, for what expired while it waited. */
  now(): number;
  readonly joined: JoinedFrames;
  delivered(messages: number): void;
}

/** Writes what has left the lanes, messages in a row joined, and tells what of it does not leave after all. */
export function writeTaken(wire: Wire, taken: readonly Taken[], rules: WriteRules): void {
  const now = rules.now();
  let frames: Buffer[] = [];
  let messages: EncodedMessage[] = [];
  let safety: boolean[] = [];
  let passing: Subscription[] = [];
  let delivered = 0;
  const handOver = (): void => {
    if (frames.length > 0) wire.write(rules.joined.join(frames), messages, safety);
    // Only what was written was passed: a place that is told later must not stand behind a hole.
    for (const [index, message] of messages.entries()) {
      if (safety[index] ?? true) passing[index]?.passed(message.place);
      else passing[index]?.leftAbove(message.place);
    }
    frames = [];
    messages = [];
    safety = [];
    passing = [];
  };
  for (const { item, isSafe } of taken) {
    const { payload, subscription } = item;
    if (payload.kind !== 'message') {
      handOver();
      if (payload.kind === 'gap') tellGap(wire, subscription, payload.ranges, isSafe, rules);
      else tellSkip(wire, subscription, payload.at, isSafe, payload.reason, rules);
    } else if (hasExpired(payload.entry, now)) {
      // It is told when its turn comes.
      if (item.isAhead && subscription.forgetAhead(payload.entry)) continue;
      handOver();
      tellSkip(wire, subscription, payload.place, isSafe, 'expired', rules);
    } else if (!mayLeave(subscription.session, subscription.channel, payload.entry)) {
      if (item.isAhead && subscription.forgetAhead(payload.entry)) continue;
      handOver();
      tellSkip(wire, subscription, payload.place, isSafe, 'duplicate', rules);
    } else {
      frames.push(payload.frames(isSafe));
      messages.push(payload);
      safety.push(isSafe);
      passing.push(subscription);
      delivered += 1;
    }
  }
  handOver();
  if (delivered > 0) rules.delivered(delivered);
}
