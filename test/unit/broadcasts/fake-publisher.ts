import type {
  BroadcastCopy,
  BroadcastPublisher,
} from '../../../src/broadcasts/broadcast-publisher.port.js';
import { BroadcastsService } from '../../../src/broadcasts/broadcasts.service.js';
import type { Principal } from '../../../src/identity/caller.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import { type ChannelName, namespaceOf } from '../../../src/protocol/channel-name.js';
import type { PublishReply } from '../../../src/protocol/commands/publish.js';

export const administrator: Principal = { publisher: 'key:test', user: null, scopes: ['*'] };

/** Keeps the first copy of each channel and id, as a log with deduplication does. */
export class FakePublisher implements BroadcastPublisher {
  readonly copies = new Map<string, BroadcastCopy>();
  readonly order: string[] = [];
  running = 0;
  mostRunning = 0;
  /** What a channel answers instead of storing. */
  readonly failures = new Map<string, CarillonError>();

  /** What a namespace takes nothing of. */
  readonly unfit = new Map<string, CarillonError>();

  requireFit(_principal: Principal, channel: ChannelName): void {
    const refusal = this.unfit.get(namespaceOf(channel));
    if (refusal) throw refusal;
  }

  async publishServer(
    _principal: Principal,
    channel: string,
    copy: BroadcastCopy,
  ): Promise<PublishReply> {
    this.order.push(channel);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    await new Promise(setImmediate);
    this.running -= 1;
    const failure = this.failures.get(channel);
    if (failure) throw failure;
    const key = `${channel} ${copy.id}`;
    const known = this.copies.get(key);
    if (known && contentOf(known) !== contentOf(copy)) {
      throw new CarillonError('id_conflict', 'Use another id.');
    }
    this.copies.set(key, known ?? copy);
    return {
      id: copy.id,
      channel,
      epoch: 'e',
      offset: 1,
      at: 7_000 + this.order.length,
      duplicate: known !== undefined,
    };
  }

  copyIn(channel: string): BroadcastCopy | undefined {
    return [...this.copies].find(([key]) => key.startsWith(`${channel} `))?.[1];
  }
}

function contentOf({ data, headers, priority, releaseAt, releaseTogether }: BroadcastCopy): string {
  return JSON.stringify([data, headers, priority, releaseTogether ? 'together' : releaseAt]);
}

export function broadcastsOver(
  publisher: BroadcastPublisher,
  now = () => 5_000,
): BroadcastsService {
  return new BroadcastsService(publisher, { now });
}
