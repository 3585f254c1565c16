import { z } from 'zod';
import { LIMITS } from './limits.js';

/** Letters, marks, numbers, punctuation, symbols and the plain space: what a person can see. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]+$/u;
const PRINTABLE_NO_SPACE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]+$/u;

const printable = (pattern: RegExp, longest: number) =>
  z
    .string()
    .min(1)
    // Twice as many units: a character outside of the basic plane has two.
    .max(longest * 2, `give at most ${longest} characters`)
    .regex(pattern)
    .refine((text) => [...text].length <= longest, `give at most ${longest} characters`);

/** The id of a message or a broadcast, chosen by the publisher: the key of deduplication. */
export const messageId = printable(PRINTABLE, LIMITS.idLength);

/** The id of a user or a tag. */
export const subject = printable(PRINTABLE_NO_SPACE, LIMITS.subjectLength);

/** A stable name that a client chooses for itself. */
export const clientId = printable(PRINTABLE, LIMITS.clientLength);

/** What the others see beside a user's id. */
export const displayName = printable(PRINTABLE, LIMITS.clientLength);

/** Opaque to everybody but the broker; only its length is checked here. */
export const position = z.string().min(1).max(128);

export const headers = z
  .record(printable(PRINTABLE, LIMITS.idLength), z.string().max(LIMITS.headerLength))
  .refine(
    (map) => Object.keys(map).length <= LIMITS.headers,
    `give at most ${LIMITS.headers} headers`,
  );

/** Milliseconds that a message is worth delivering; `history` shows it for as long as it is kept. */
export const ttlMs = z.int().min(1);

/** Milliseconds since 1970 on the cluster clock. */
export const instant = z.int().min(0);

export const pageLimit = z.int().min(1).max(LIMITS.pageMax);
