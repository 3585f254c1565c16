import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { BROKER, type Broker } from '../broker/broker.port.js';
import type { Principal } from '../identity/caller.js';
import { mapBounded } from '../kernel/map-bounded.js';
import type { Broadcast, BroadcastBody } from '../protocol/admin/broadcast.js';
import { CarillonError } from '../protocol/carillon-error.js';
import { type ChannelName, namespaceOf } from '../protocol/channel-name.js';
import type { PublishReply } from '../protocol/commands/publish.js';
import { channelsOf } from './audience-channels.js';
import {
  BROADCAST_PUBLISHER,
  type BroadcastCopy,
  type BroadcastPublisher,
} from './broadcast-publisher.port.js';

/** Copies on their way at once: a relay batch's worth, so that one broadcast cannot fill the queue. */
const COPIES_AT_ONCE = 32;

/**
 * How far ahead `together` is set: long enough for a copy to cross the cluster and a slow network,
 * short enough that nobody notices the wait.
 */
const TOGETHER_LEAD_MS = 500;

/** An administrator's messages to an audience. */
@Injectable()
export class BroadcastsService {
  constructor(
    @Inject(BROADCAST_PUBLISHER) private readonly publisher: BroadcastPublisher,
    @Inject(BROKER) private readonly broker: Pick<Broker, 'now'>,
  ) {}

  /**
   * Puts one copy into each channel of the audience, all with the broadcast's id, and resolves when
   * all are stored. `data` is JSON or a Buffer; `body.encoding` was dealt with by the caller.
   *
   * Repeating with the same id and content sends what is missing and nothing twice. Rejects with
   * `unavailable` when some copies have an unknown outcome, with `id_conflict` when the id was used
   * with other content, and with the refusal itself when a channel refuses: nothing was stored then,
   * or its details tell how many copies were.
   */
  async send(principal: Principal, body: BroadcastBody): Promise<Broadcast> {
    const now = this.broker.now();
    this.refuseWhatCannotBeKept(body, now);
    const id = body.id ?? randomUUID();
    const channels = channelsOf(body.audience);
    const copy = copyOf(body, id, now);
    // Before anything is stored: half a broadcast cannot be taken back.
    const oneOfEach = new Map(channels.map((channel) => [namespaceOf(channel), channel]));
    for (const channel of oneOfEach.values()) this.publisher.requireFit(principal, channel, copy);
    const replies = await this.publishAll(principal, channels, copy);
    return {
      id,
      status: 'sent',
      audience: body.audience,
      copies: channels.length,
      createdAt: Math.min(...replies.map((reply) => reply.at)),
      duplicate: replies.every((reply) => reply.duplicate),
    };
  }

  /** Accepting what is not done yet would break a promise silently. */
  private refuseWhatCannotBeKept(body: BroadcastBody, now: number): void {
    if (body.sendAt !== undefined && body.sendAt > now) {
      throw new CarillonError(
        'invalid_request',
        '`sendAt` in the future is not available yet: leave it out and send at that time.',
      );
    }
    if (body.receipts !== undefined && body.receipts !== 'none') {
      throw new CarillonError(
        'invalid_request',
        `\`receipts: "${body.receipts}"\` is not available yet: leave it out or say "none".`,
      );
    }
  }

  /** A definite refusal ends the broadcast; after a passing one the other copies are still sent. */
  private async publishAll(
    principal: Principal,
    channels: readonly ChannelName[],
    copy: BroadcastCopy,
  ): Promise<PublishReply[]> {
    const passing: unknown[] = [];
    let sent = 0;
    const outcomes = await mapBounded(channels, COPIES_AT_ONCE, async (channel) => {
      try {
        const reply = await this.publisher.publishServer(principal, channel, copy);
        sent += 1;
        return reply;
      } catch (error) {
        if (!isPassing(error)) throw error;
        passing.push(error);
        return null;
      }
    }).catch((error: unknown) => {
      throw sent === 0 ? error : halfSent(error, copy.id, sent, channels.length);
    });
    const replies = outcomes.filter((outcome) => outcome !== null);
    if (passing.length > 0) throw incomplete(copy.id, replies.length, channels.length, passing);
    return replies;
  }
}

function copyOf(body: BroadcastBody, id: string, now: number): BroadcastCopy {
  const { data, priority, ttlMs, headers, releaseAt, audience, receipts } = body;
  const except = audience.except && [...new Set(audience.except.users)];
  return {
    id,
    data,
    broadcast: { id, receipt: receipts ?? 'none' },
    ...(priority === undefined ? {} : { priority }),
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(headers === undefined ? {} : { headers }),
    ...(except === undefined ? {} : { except }),
    ...releaseOf(releaseAt, now),
  };
}

function releaseOf(
  releaseAt: BroadcastBody['releaseAt'],
  now: number,
): Pick<BroadcastCopy, 'releaseAt' | 'releaseTogether'> {
  if (releaseAt === undefined) return {};
  if (releaseAt !== 'together') return { releaseAt };
  return { releaseAt: Math.ceil(now) + TOGETHER_LEAD_MS, releaseTogether: true };
}

function isPassing(error: unknown): boolean {
  return error instanceof CarillonError && error.toBody().retryable;
}

/** The refusal of one channel, when others had taken their copies. */
function halfSent(error: unknown, id: string, sent: number, copies: number): unknown {
  if (!(error instanceof CarillonError)) return error;
  const { code, message, hints } = error;
  const details = { ...hints.details, id, copies, sent };
  const told = `${message} ${sent} of ${copies} copies were stored before.`;
  return new CarillonError(code, told, { ...hints, details, cause: error });
}

function incomplete(
  id: string,
  sent: number,
  copies: number,
  causes: readonly unknown[],
): CarillonError {
  const waits = causes.map((cause) =>
    cause instanceof CarillonError ? (cause.hints.retryAfterMs ?? 0) : 0,
  );
  const retryAfterMs = Math.max(...waits);
  return new CarillonError(
    'unavailable',
    'Not all copies of the broadcast are known to be stored: repeat it with the same id, nothing is sent twice.',
    {
      details: { id, copies, sent },
      cause: causes[0],
      ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
    },
  );
}
