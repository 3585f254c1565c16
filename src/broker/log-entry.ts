import { Buffer } from 'node:buffer';

/**
 * One entry of a channel's log, which is also what crosses the bus: the same bytes.
 *
 *     1 <epoch 16> <chain 16> <prev 16> <offset> <draft>
 *
 * The broker writes what stands before the draft; the draft is made once, by the publishing instance:
 *
 *     <at> <lane> <ttlMs> <releaseAt> <kind> <text bytes> <part bytes, comma separated, or -> <extra bytes>\n
 *     <extra JSON><text><parts>
 *
 * `text` is the Socket.IO packet of the `message` event, open at its end: `offset` and `position` and
 * the closing brackets are added by whoever sends it. The fixed widths let a script cut `chain` and
 * `prev` out of an entry without parsing it.
 */
export interface LogEntry {
  readonly epoch: string;
  /** Digest of everything up to and including this entry. */
  readonly chain: string;
  /** The chain before this entry. */
  readonly prev: string;
  readonly offset: number;
  readonly at: number;
  /** 0 for `critical` to 3 for `low`. */
  readonly lane: number;
  /** 0: never expires. */
  readonly ttlMs: number;
  /** 0: show at once. */
  readonly releaseAt: number;
  /** `m` a message; `t` a tear: a range that a failover took away (told as `rewound`). */
  readonly kind: EntryKind;
  readonly extra: EntryExtra;
  /** The open packet, a view into the entry's bytes. */
  readonly text: Buffer;
  readonly parts: readonly Buffer[];
}

export type EntryKind = 'm' | 't';

/** What delivery must know beside the frame; absent fields cost nothing. */
export interface EntryExtra {
  /** Session that asked not to hear its own message. */
  readonly own?: string;
  /** Users that the message is not for. */
  readonly except?: readonly string[];
  /** What copies of one broadcast have in common: its id, its publisher and its content. */
  readonly broadcast?: string;
  /** The range of a tear, inclusive. */
  readonly tear?: readonly [number, number];
}

/** Most entries have none: one object for all of them. */
export const NO_EXTRA: EntryExtra = Object.freeze({});

export interface Draft {
  readonly at: number;
  readonly lane: number;
  readonly ttlMs: number;
  readonly releaseAt: number;
  readonly kind: EntryKind;
  readonly extra: EntryExtra | null;
  readonly text: string;
  readonly parts: readonly Buffer[];
}

export const ENTRY_VERSION = '1';

/** Bytes that the broker writes before a draft, up to the offset. */
const CHAIN_AT = 19;
const PREV_AT = 36;
const OFFSET_AT = 53;
/** From the offset to the end of the line. */
const HEAD =
  /^(\d{1,16}) (\d{1,16}) (\d) (\d{1,16}) (\d{1,16}) ([mt]) (\d{1,9}) (-|\d{1,9}(?:,\d{1,9})*) (\d{1,9})$/;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const ZERO = 0x30;

export function encodeDraft(draft: Draft): Buffer {
  const extra = draft.extra === null ? '' : JSON.stringify(draft.extra);
  const sizes = draft.parts.length === 0 ? '-' : draft.parts.map((part) => part.length).join(',');
  const head =
    `${draft.at} ${draft.lane} ${draft.ttlMs} ${draft.releaseAt} ${draft.kind} ` +
    `${Buffer.byteLength(draft.text)} ${sizes} ${Buffer.byteLength(extra)}\n`;
  const opening = Buffer.from(head + extra + draft.text, 'utf8');
  return draft.parts.length === 0 ? opening : Buffer.concat([opening, ...draft.parts]);
}

/** When a draft was made: its first field. */
export function atOf(draft: Buffer): number {
  let at = 0;
  for (let place = 0; place < draft.length; place += 1) {
    const byte = draft[place] ?? SPACE;
    if (byte === SPACE) break;
    at = at * 10 + byte - ZERO;
  }
  return at;
}

/** What the broker puts before a draft. */
export function entryPrefix(epoch: string, chain: string, prev: string, offset: number): string {
  return `${ENTRY_VERSION} ${epoch} ${chain} ${prev} ${offset} `;
}

/** Null for bytes of another version or no entry at all: the reader counts them and goes on. */
export function decodeEntry(bytes: Buffer): LogEntry | null {
  if (bytes[0] !== 0x31 || bytes[1] !== SPACE) return null;
  const end = bytes.indexOf(NEWLINE);
  if (end < OFFSET_AT) return null;
  const head = HEAD.exec(bytes.toString('latin1', OFFSET_AT, end));
  if (!head) return null;
  const [, offset, at, lane, ttlMs, releaseAt, kind, textBytes, partSizes, extraBytes] = head;
  const sizes =
    partSizes === '-' || partSizes === undefined ? [] : partSizes.split(',').map(Number);
  const textStart = end + 1 + Number(extraBytes);
  const partsStart = textStart + Number(textBytes);
  if (sizes.reduce((sum, size) => sum + size, partsStart) !== bytes.length) return null;
  const extra = textStart === end + 1 ? NO_EXTRA : readExtra(bytes, end + 1, textStart);
  if (!extra) return null;
  return {
    epoch: bytes.toString('latin1', 2, 18),
    chain: bytes.toString('latin1', CHAIN_AT, CHAIN_AT + 16),
    prev: bytes.toString('latin1', PREV_AT, PREV_AT + 16),
    offset: Number(offset),
    at: Number(at),
    lane: Number(lane),
    ttlMs: Number(ttlMs),
    releaseAt: Number(releaseAt),
    kind: kind === 't' ? 't' : 'm',
    extra,
    text: bytes.subarray(textStart, partsStart),
    parts: cut(bytes, partsStart, sizes),
  };
}

function cut(bytes: Buffer, start: number, sizes: readonly number[]): Buffer[] {
  let end = start;
  return sizes.map((size) => {
    end += size;
    return bytes.subarray(end - size, end);
  });
}

/** Written by encodeDraft of some instance; null for what somebody else put on the bus. */
function readExtra(bytes: Buffer, start: number, end: number): EntryExtra | null {
  try {
    return JSON.parse(bytes.toString('utf8', start, end)) as EntryExtra;
  } catch {
    // The caller counts it, as everything that it does not know.
    return null;
  }
}
