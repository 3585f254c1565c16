import { isDeepStrictEqual } from 'node:util';
import { Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { maskedTextFrame } from '../kernel/websocket-frame.js';
import { eventAt } from './incoming-event.js';

/** What Socket.IO reads packets with; private there, so looked for at run time. */
interface Decoder {
  on(event: 'decoded', listener: (packet: object) => void): void;
  add(packet: string): void;
}

interface Reading {
  readonly client?: { readonly decoder?: { readonly constructor?: unknown } };
}

/** Socket.IO's packet type. */
const EVENT = 2;

/** With a number and without, longer than a short frame's length can say, and more than ASCII. */
const SAMPLES: readonly string[] = [
  '2["clock",{"sentAt":1}]',
  '20["publish",{"channel":"a","id":"b","data":[1,"\\u00e9",{"c":null}]}]',
  `21234567["publish",{"data":"${'x'.repeat(200)}"}]`,
  '27["publish",{"data":"ü🔔"}]',
];

const MASK = [1, 2, 3, 4];

let isAgreed: boolean | null = null;

/**
 * Whether Socket.IO would read the same from the frames that are taken before it sees them. Asked of the
 * first connection, once: where they differ, or cannot be asked, everything takes Socket.IO's own way.
 */
export function eventsAgree(socket: Socket): boolean {
  if (isAgreed !== null) return isAgreed;
  isAgreed = compareEvents(socket);
  if (!isAgreed) {
    new Logger('Gateway').warn(
      'This version of Socket.IO reads events otherwise than expected: they go through it, at a higher cost.',
    );
  }
  return isAgreed;
}

/** The comparison itself. */
export function compareEvents(socket: Socket): boolean {
  try {
    const decoderOf = (socket as unknown as Reading).client?.decoder?.constructor;
    if (typeof decoderOf !== 'function') return false;
    return SAMPLES.every((sample) => agrees(new (decoderOf as new () => Decoder)(), sample));
  } catch {
    // A member is not what it was: that is the answer.
    return false;
  }
}

function agrees(decoder: Decoder, sample: string): boolean {
  const decoded: object[] = [];
  decoder.on('decoded', (packet) => decoded.push(packet));
  decoder.add(sample);
  const frame = maskedTextFrame(`4${sample}`, MASK);
  const event = eventAt(frame, 0, frame.length, frame.length);
  if (event?.end !== frame.length) return false;
  const { id, data } = event;
  const expected = { type: EVENT, nsp: '/', ...(id === null ? {} : { id }), data };
  return isDeepStrictEqual(decoded, [expected]);
}
