import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { CarillonError } from '../protocol/carillon-error.js';
import type { ChannelName } from '../protocol/channel-name.js';
import type { Message } from '../protocol/message.js';
import { laneOf, type Priority } from '../protocol/priority.js';
import type { LogRules, Publication } from '../broker/broker.port.js';
import { encodeDraft, type EntryExtra } from '../broker/log-entry.js';
import { type MessageHead, openPacket } from '../broker/open-packet.js';
import type { NamespacePolicy } from '../config/config.js';
import { packData } from './message-data.js';

/** What a publisher asks for, whichever door it came through. */
export interface PublishRequest {
  readonly id: string;
  readonly data: unknown;
  readonly priority?: Priority | undefined;
  readonly ttlMs?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly releaseAt?: number | undefined;
}

/** Who publishes, and what only the server may say about a message. */
export interface Origin {
  /** The publisher of deduplication. */
  readonly publisher: string;
  /** Shown to subscribers; null for REST. */
  readonly from: { readonly user: string; readonly name: string | null } | null;
  /** The session that does not want its own message. */
  readonly own?: string;
  readonly broadcast?: Message['broadcast'];
  readonly except?: readonly string[];
  /** `releaseAt` was chosen here, not by the publisher: it is no part of the content. */
  readonly releaseTogether?: boolean;
}

/**
 * Encodes a publication once, for every instance and every reader to come.
 *
 * Throws what `packData` throws.
 */
export function publicationOf(
  channel: ChannelName,
  request: PublishRequest,
  origin: Origin,
  policy: NamespacePolicy,
  now: number,
): Publication {
  const { id, headers, ttlMs, releaseAt } = request;
  const priority = request.priority ?? policy.priority;
  const { json, parts } = packData(request.data, policy.maxMessageBytes);
  const at = Math.trunc(now);
  const packet = openPacket(headOf(channel, request, origin, priority, at), json, parts);
  const instant = origin.releaseTogether ? undefined : releaseAt;
  const contentDigest = digestOf(shapeOf(headers, priority, instant, parts) + json, parts);
  const lane = laneOf(priority);
  return {
    channel,
    publisher: origin.publisher,
    id,
    contentDigest,
    lane,
    draft: encodeDraft({
      at,
      lane,
      ttlMs: ttlMs ?? 0,
      releaseAt: releaseAt ?? 0,
      kind: 'm',
      extra: extraOf(
        origin,
        // Copies of a broadcast may lie in namespaces with other defaults, and are copies none the less.
        origin.broadcast === undefined || request.priority !== undefined
          ? contentDigest
          : digestOf(shapeOf(headers, 'normal', instant, parts) + json, parts),
      ),
      text: packet.text,
      parts,
    }),
    rules: rulesOf(policy),
  };
}

/** Field by field: spreading what may be absent costs more than all the rest of the head. */
function headOf(
  channel: ChannelName,
  { id, headers, releaseAt }: PublishRequest,
  { from, broadcast }: Origin,
  priority: Priority,
  at: number,
): MessageHead {
  const head: MessageHead = { channel, id, at };
  if (priority !== 'normal') head.priority = priority;
  if (from)
    head.from = from.name === null ? { user: from.user } : { user: from.user, name: from.name };
  if (headers !== undefined) head.headers = headers;
  if (broadcast !== undefined) head.broadcast = broadcast;
  if (releaseAt !== undefined) head.releaseAt = releaseAt;
  return head;
}

/** What belongs to the content beside the data. */
function shapeOf(
  headers: PublishRequest['headers'],
  priority: Priority,
  releaseAt: number | undefined,
  parts: readonly Buffer[],
): string {
  // As JSON would say it: most have none of it.
  if (headers === undefined && releaseAt === undefined && parts.length === 0) {
    return `[null,"${priority}",null,[]]`;
  }
  return JSON.stringify([
    headers ?? null,
    priority,
    releaseAt ?? null,
    // Without them the same bytes cut elsewhere would be the same content.
    parts.map((part) => part.length),
  ]);
}

function rulesOf({ history, dedupSeconds, replicas }: NamespacePolicy): LogRules {
  const { size, ttlSeconds, maxBytes } = history;
  return { size, ttlSeconds, maxBytes, dedupSeconds, replicas };
}

/** 32 hex digits of SHA-256. */
function digestOf(text: string, parts: readonly Buffer[]): string {
  const all = parts.length === 0 ? text : Buffer.concat([Buffer.from(text, 'utf8'), ...parts]);
  return hash('sha256', all, 'hex').slice(0, 32);
}

/** Refuses a priority above what sockets may use in the namespace. */
export function requirePriority(asked: Priority | undefined, policy: NamespacePolicy): void {
  if (asked === undefined || laneOf(asked) >= laneOf(policy.maxPriority)) return;
  throw new CarillonError(
    'forbidden',
    `The highest priority for clients here is ${policy.maxPriority}; publish with that or less.`,
    { details: { maxPriority: policy.maxPriority } },
  );
}

function extraOf(
  { own, except, broadcast, publisher }: Origin,
  askedDigest: string,
): EntryExtra | null {
  if (own === undefined && except === undefined && broadcast === undefined) return null;
  return {
    ...(own === undefined ? {} : { own }),
    ...(except === undefined ? {} : { except }),
    // A copy is the same content of the same publisher: an id alone may be used by another.
    ...(broadcast === undefined
      ? {}
      : { broadcast: `${broadcast.id} ${publisher} ${askedDigest}` }),
  };
}
