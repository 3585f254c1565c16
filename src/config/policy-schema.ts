import { z } from 'zod';
import { laneOf, PRIORITIES } from '../protocol/priority.js';
import type { NamespacePolicy, Retention } from './config.js';
import { isForSockets } from './namespace-policy.js';

const DAY_SECONDS = 86_400;
const MEBIBYTE = 1_048_576;

export const DEFAULT_NAMESPACE: NamespacePolicy = {
  subscribe: 'anyone',
  publish: 'anyone',
  presence: true,
  history: { size: 1000, ttlSeconds: DAY_SECONDS, maxBytes: 4 * MEBIBYTE },
  dedupSeconds: 600,
  priority: 'normal',
  maxPriority: 'high',
  maxMessageBytes: 65_536,
  rate: { perSecond: 50, burst: 100 },
  userRate: null,
  totalRate: null,
  replicas: 0,
};

/** The namespaces of the server's own channels: one log per user and tag, so they are short. */
export const SERVER_NAMESPACES = ['$everyone', '$user', '$tag'] as const;
const SERVER_HISTORY_SIZE = 100;

/** What may stand before the colon of a client channel. */
const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9_.@=+-]{0,199}$/;

const access = z.enum(['anyone', 'granted', 'server'], 'give "anyone", "granted" or "server"');
const priorityWord = z.enum(PRIORITIES, `give ${PRIORITIES.map((word) => `"${word}"`).join(', ')}`);

const rate = z.strictObject({ perSecond: positiveNumber(1_000_000), burst: whole(1, 1_000_000) });

/** Retention is bounded by a year, deduplication by a month: both cost memory for that long. */
const fields = {
  subscribe: access,
  publish: access,
  presence: z.boolean('give true or false'),
  history: z
    .strictObject({
      size: whole(1, 1_000_000),
      ttlSeconds: whole(1, 365 * DAY_SECONDS),
      maxBytes: whole(1, 1024 * MEBIBYTE),
    })
    .partial(),
  dedupSeconds: whole(1, 30 * DAY_SECONDS),
  priority: priorityWord,
  maxPriority: priorityWord,
  maxMessageBytes: whole(1, 100 * MEBIBYTE),
  rate: rate.partial(),
  // Complete or absent: without a limit there is no default that one half could be completed from.
  userRate: rate,
  totalRate: rate,
  replicas: whole(0, 16),
};

const namespaceEntry = z.strictObject(fields).partial();
export type NamespaceEntry = z.output<typeof namespaceEntry>;

/** The policy file as it is written: every field may be left out, none may be invented. */
export const policyFileSchema = z.strictObject({
  namespaces: z
    .record(
      z
        .string()
        .refine(
          (name) => NAMESPACE.test(name) || isServerNamespace(name),
          `is no namespace: give letters, digits or any of _ . @ = + -, or one of ${SERVER_NAMESPACES.join(', ')}`,
        ),
      namespaceEntry,
    )
    .optional(),
});

/**
 * The complete rules of one namespace: what the file says, and the defaults for the rest.
 *
 * @param room bytes of `data` that a packet has room for: where sockets publish, the default is no more
 */
export function completeNamespace(
  name: string,
  entry: NamespaceEntry,
  room = Number.POSITIVE_INFINITY,
): NamespacePolicy {
  const base = DEFAULT_NAMESPACE;
  const history: Retention = isServerNamespace(name)
    ? { ...base.history, size: SERVER_HISTORY_SIZE }
    : base.history;
  const policy = {
    ...withPresent(base, entry),
    ...agreeing(entry),
    history: withPresent(history, entry.history ?? {}),
    rate: withPresent(base.rate, entry.rate ?? {}),
  };
  if (entry.maxMessageBytes !== undefined || !isForSockets(name, policy)) return policy;
  return { ...policy, maxMessageBytes: Math.min(policy.maxMessageBytes, room) };
}

/** Of two that must agree, what the file leaves out follows what it says, where the default would contradict it. */
function agreeing({ priority, maxPriority }: NamespaceEntry): Partial<NamespacePolicy> {
  const base = DEFAULT_NAMESPACE;
  if (priority !== undefined && maxPriority === undefined) {
    return {
      maxPriority: laneOf(priority) < laneOf(base.maxPriority) ? priority : base.maxPriority,
    };
  }
  if (priority === undefined && maxPriority !== undefined) {
    return { priority: laneOf(maxPriority) > laneOf(base.priority) ? maxPriority : base.priority };
  }
  return {};
}

function isServerNamespace(name: string): boolean {
  return SERVER_NAMESPACES.some((known) => known === name);
}

/** `base` with the fields that `over` has; an optional field of `over` counts only when it is there. */
function withPresent<T extends object>(base: T, over: { readonly [K in keyof T]?: unknown }): T {
  const present = Object.entries(over).filter(([, value]) => value !== undefined);
  // Every field of `over` was checked against the schema of the same field of `base`.
  return { ...base, ...(Object.fromEntries(present) as Partial<T>) };
}

function whole(least: number, most: number) {
  const wanted = `give a whole number from ${least} to ${most}`;
  return z.int(wanted).min(least, wanted).max(most, wanted);
}

function positiveNumber(most: number) {
  const wanted = `give a number above 0, at most ${most}`;
  return z.number(wanted).positive(wanted).max(most, wanted);
}
