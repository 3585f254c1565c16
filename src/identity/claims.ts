import { z } from 'zod';
import { subject } from '../protocol/fields.js';
import { LIMITS } from '../protocol/limits.js';
import { ACTIONS, type Caller } from './caller.js';

/** Bounds of what one token may make the server walk through at every check. */
const GRANTS = 256;
const PATTERN_LENGTH = 256;
const SCOPES_HELD = 64;

/** The latest instant that a date can hold; a larger `exp` would turn into "never". */
const LATEST_SECONDS = 8_640_000_000_000;

/** No control characters and no half of a pair: a name is shown to others. */
const NAME = /^[^\p{Cc}\p{Cs}]*$/u;

/** What a token says, by type exactly: a claim of another type is not understood, never converted. */
const claims = z.object({
  sub: subject,
  exp: z.number().max(LATEST_SECONDS).optional(),
  name: z.string().max(256).regex(NAME).optional(),
  tags: z.array(subject).max(LIMITS.tags).optional(),
  grants: z
    .record(z.string().min(1).max(PATTERN_LENGTH), z.array(z.enum(ACTIONS)).max(2 * ACTIONS.length))
    .refine((map) => Object.keys(map).length <= GRANTS)
    .optional(),
  scopes: z.array(z.string().min(1).max(64)).max(SCOPES_HELD).optional(),
});

/** The caller that verified claims describe, or the name of the first claim that is wrong. */
export function readClaims(payload: unknown): { caller: Caller } | { wrong: string } {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return { wrong: String(parsed.error.issues[0]?.path[0] ?? 'claims') };
  const { sub, exp, name, tags = [], grants, scopes = [] } = parsed.data;
  return {
    caller: {
      user: sub,
      name: name === undefined || name === '' ? null : name,
      tags: [...new Set(tags)],
      grants:
        grants === undefined
          ? null
          : Object.entries(grants).map(([pattern, actions]) => ({ pattern, actions })),
      scopes,
      expiresAt: exp === undefined ? null : Math.floor(exp * 1000),
    },
  };
}
