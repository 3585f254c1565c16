import { CarillonError } from '../protocol/carillon-error.js';

/**
 * A place in a channel *and* the history that led to it.
 *
 * Written as: version `1`, epoch (16 hex), chain (16 hex), offset (decimal). Offset 0 is the place
 * before the first message of a channel that never held one; its chain field holds the cluster time
 * (milliseconds, hex) at which it was given, so that a later life of the channel can be told from it.
 */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
  readonly chain: string;
}

/** The place alone, to be remembered: an entry would keep all bytes that it was read with. */
export function placeOf({ epoch, offset, chain }: Position): Position {
  return { epoch, offset, chain };
}

/** Whether a place is no further than another one in the same epoch. */
export function isAtOrBefore(place: Position, other: Position): boolean {
  return place.epoch === other.epoch && place.offset <= other.offset;
}

export const NO_CHAIN = '0000000000000000';

const SHAPE = /^1([0-9a-f]{16})([0-9a-f]{16})(0|[1-9][0-9]{0,15})$/;

export function formatPosition({ epoch, offset, chain }: Position): string {
  return `1${epoch}${chain}${offset}`;
}

/** Null for anything that this broker did not write. */
export function parsePosition(text: string): Position | null {
  const parts = SHAPE.exec(text);
  if (!parts) return null;
  const [, epoch, chain, digits] = parts;
  const offset = Number(digits);
  if (epoch === undefined || chain === undefined || !Number.isSafeInteger(offset)) return null;
  return { epoch, offset, chain };
}

/** The starting place in a channel that never held a message. */
export function genesis(epoch: string, atMs: number): Position {
  return { epoch, offset: 0, chain: Math.trunc(atMs).toString(16).padStart(16, '0') };
}

/** When a genesis position was given, in milliseconds on the cluster clock. */
export function genesisTime(position: Position): number {
  return Number.parseInt(position.chain, 16);
}

/** Rejects with `invalid_request` what no broker of this contract wrote. */
export function requirePosition(text: string): Position {
  const position = parsePosition(text);
  if (position) return position;
  throw new CarillonError(
    'invalid_request',
    'The position is malformed. Hand back a `position` exactly as you received it.',
  );
}
