import { LIMITS } from '../protocol/limits.js';
import type { Policy } from './config.js';
import { isForSockets } from './namespace-policy.js';

/** The largest that `MAX_PACKET_BYTES` may be. */
export const PACKET_BYTES_MAX = 104_857_600;

/** UTF-8 of one printable character, and of one that has to be escaped in JSON. */
const PRINTABLE_BYTES = 4;
const ESCAPED_BYTES = 6;

/** Its name and its value, their quotation marks, and what stands between them and behind. */
const HEADER_BYTES = PRINTABLE_BYTES * LIMITS.idLength + ESCAPED_BYTES * LIMITS.headerLength + 6;

/** The head of the packet, the longest channel and id, and every field but `data` and the content of `headers`. */
const ENVELOPE_BYTES = 1_024;

/** What a publish may have in its packet beside `data`. */
export const BESIDE_DATA_BYTES = ENVELOPE_BYTES + LIMITS.headers * HEADER_BYTES;

/**
 * The longest `data` that a packet of so many bytes has room for, whatever else the publish holds. Of a
 * small one it is half: nearly nobody sends headers as long as they may be.
 *
 * @param isPolled a connection may be without WebSocket, where binary goes as base64
 */
export function dataRoom(packetBytes: number, isPolled: boolean): number {
  const room = Math.max(packetBytes - BESIDE_DATA_BYTES, Math.floor(packetBytes / 2));
  return isPolled ? Math.min(room, 3 * Math.floor((packetBytes - 1) / 4)) : room;
}

/**
 * What a packet may be where nobody has said it: the default, or what the longest publish needs that the policy
 * lets a socket send.
 */
export function packetForAll({ namespaces }: Policy, least: number, isPolled: boolean): number {
  const lengths = Object.entries(namespaces)
    .filter(([name, policy]) => isForSockets(name, policy))
    .map(([, { maxMessageBytes }]) => packetFor(maxMessageBytes, isPolled));
  return Math.min(PACKET_BYTES_MAX, Math.max(least, ...lengths));
}

/** The smallest packet that has room for `data` of so many bytes. */
export function packetFor(dataBytes: number, isPolled: boolean): number {
  const bytes = Math.min(dataBytes + BESIDE_DATA_BYTES, 2 * dataBytes);
  return isPolled ? Math.max(bytes, 4 * Math.ceil(dataBytes / 3) + 1) : bytes;
}
