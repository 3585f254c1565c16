import type { z } from 'zod';
import type { Policy } from './config.js';
import {
  completeNamespace,
  policyFileSchema,
  SERVER_NAMESPACES,
  type NamespaceEntry,
} from './policy-schema.js';

export interface PolicyReading {
  readonly policy: Policy;
  /** One line each; the policy is then of no use. */
  readonly problems: readonly string[];
}

/** What of the environment decides about a policy. */
export interface PolicyPlace {
  /** A namespace that is not named is forbidden. */
  readonly isProduction: boolean;
  /** Bytes of `data` that a packet has room for. */
  readonly room: number;
}

/** The policy of `text`, the content of the policy file; null: there is no file. */
export function readPolicy(
  text: string | null,
  { isProduction, room }: PolicyPlace,
): PolicyReading {
  const fallback = isProduction ? null : completeNamespace('default', {}, room);
  const { entries, problems } = text === null ? { entries: {}, problems: [] } : entriesOf(text);
  const servers = SERVER_NAMESPACES.map((name) => [name, {}] as const);
  const named = new Map<string, NamespaceEntry>([...servers, ...Object.entries(entries)]);
  const namespaces = Object.fromEntries(
    [...named].map(([name, entry]) => [name, completeNamespace(name, entry, room)]),
  );
  return { policy: { namespaces, fallback }, problems };
}

function entriesOf(text: string): {
  entries: Readonly<Record<string, NamespaceEntry>>;
  problems: readonly string[];
} {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    return {
      entries: {},
      problems: [`CARILLON_CONFIG is not JSON${placeOf(error, text)}: mend or unset it`],
    };
  }
  const parsed = policyFileSchema.safeParse(raw);
  if (parsed.success) return { entries: parsed.data.namespaces ?? {}, problems: [] };
  return { entries: {}, problems: parsed.error.issues.flatMap((issue) => linesOf(issue, raw)) };
}

function linesOf(issue: z.core.$ZodIssue, raw: unknown): string[] {
  const place = `CARILLON_CONFIG: ${issue.path.length === 0 ? 'the file' : issue.path.join('.')}`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${place} has an unknown field ${quoted(key)}: remove it`);
    case 'invalid_key':
      return [`${place} ${issue.issues[0]?.message ?? issue.message}`];
    case 'invalid_type':
      // Objects have no wording of their own in the schema; every other type has.
      return issue.expected === 'object' || issue.expected === 'record'
        ? [`${place} is ${shown(valueAt(raw, issue.path))}: give an object`]
        : [`${place} is ${shown(valueAt(raw, issue.path))}: ${issue.message}`];
    default:
      return [`${place} is ${shown(valueAt(raw, issue.path))}: ${issue.message}`];
  }
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    raw,
  );
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? quoted(value) : String(value);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** Only where the slip is: the parser's own message quotes the file, which may be the wrong one. */
function placeOf(error: unknown, text: string): string {
  const position = /position (\d+)/.exec(String(error))?.[1];
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}
