import { BROADCAST_STATUSES } from '../protocol/admin/broadcast.js';
import { CODES } from '../protocol/codes.js';
import { GAP_REASONS } from '../protocol/gap.js';
import { PRIORITIES } from '../protocol/priority.js';

/** As much of JSON Schema as answers need; requests are described by the schemas that check them. */
export type ApiSchema = Readonly<Record<string, unknown>>;

const text: ApiSchema = { type: 'string' };
const whole: ApiSchema = { type: 'integer' };
const flag: ApiSchema = { type: 'boolean' };
const anything: ApiSchema = {};
const instant: ApiSchema = { type: 'integer', description: 'Milliseconds on the cluster clock.' };
const position: ApiSchema = { type: 'string', description: 'Opaque: hand it back as it is.' };

export function reference(name: string): ApiSchema {
  return { $ref: `#/components/schemas/${name}` };
}

function listOf(items: ApiSchema): ApiSchema {
  return { type: 'array', items };
}

function orNull(schema: ApiSchema): ApiSchema {
  return { ...schema, nullable: true };
}

/** Fields whose name ends with `?` may be absent. */
function object(fields: Readonly<Record<string, ApiSchema>>, description?: string): ApiSchema {
  const names = Object.keys(fields);
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, schema]) => [name.replace('?', ''), schema]),
    ),
  };
}

const publishReply = {
  id: text,
  channel: text,
  epoch: text,
  offset: whole,
  at: instant,
  duplicate: flag,
};

/** What the calls answer, by the names that the description refers to. */
export const API_SCHEMAS: Readonly<Record<string, ApiSchema>> = {
  PublishReply: object(publishReply),
  BatchReply: object({
    items: listOf({
      oneOf: [
        object({ status: { type: 'integer', enum: [200, 201] }, ...publishReply }),
        reference('Problem'),
      ],
    }),
  }),
  Message: object(
    {
      channel: text,
      offset: whole,
      'position?': position,
      id: text,
      data: anything,
      'encoding?': { type: 'string', enum: ['base64'] },
      at: instant,
      'priority?': { type: 'string', enum: PRIORITIES },
      'from?': object({ user: text, 'name?': text }),
      'headers?': { type: 'object', additionalProperties: text },
      'broadcast?': object({
        id: text,
        receipt: { type: 'string', enum: ['none', 'counts', 'users'] },
      }),
      'releaseAt?': instant,
    },
    'Binary, also inside of `data`, is `{ "base64": "…" }`, and then `encoding` is `base64`. No `from`: published by REST.',
  ),
  Gap: object({
    channel: text,
    epoch: text,
    after: position,
    ranges: orNull(listOf(listOf(whole))),
    count: orNull(whole),
    reason: { type: 'string', enum: GAP_REASONS },
    refill: flag,
    position,
  }),
  History: object({
    messages: listOf(reference('Message')),
    more: flag,
    position,
    'gap?': reference('Gap'),
  }),
  ChannelHistory: object({
    channel: text,
    epoch: text,
    offset: whole,
    position,
    history: object({ messages: whole, bytes: whole, oldestAt: orNull(instant) }),
  }),
  Presence: object({
    members: listOf(
      object({ user: text, 'name?': text, clients: whole, joinedAt: instant, 'state?': anything }),
    ),
    total: whole,
  }),
  Broadcast: object({
    id: text,
    status: { type: 'string', enum: BROADCAST_STATUSES },
    audience: { type: 'object' },
    copies: whole,
    createdAt: instant,
    duplicate: flag,
  }),
  Instances: object({
    items: listOf(
      object({
        id: text,
        version: text,
        startedAt: instant,
        sessions: whole,
        channels: whole,
        loopDelayMs: { type: 'number' },
        outboxBytes: whole,
        state: { type: 'string', enum: ['starting', 'ready', 'degraded', 'draining'] },
      }),
    ),
    next: orNull(text),
  }),
  DemoSession: object({ token: text, user: text, name: text, expiresAt: instant }),
  Live: object({ status: { type: 'string', enum: ['live'] } }),
  Ready: object({ status: { type: 'string', enum: ['ready'] } }),
  Problem: object(
    {
      type: text,
      title: text,
      status: whole,
      detail: text,
      code: { type: 'string', enum: Object.keys(CODES) },
      retryable: flag,
      'retryAfterMs?': whole,
      'details?': { type: 'object' },
      'instance?': text,
    },
    'RFC 9457 problem details. `code` is the word to act on; `detail` says what to do.',
  ),
};
