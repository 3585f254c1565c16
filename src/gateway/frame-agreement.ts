import { Buffer } from 'node:buffer';
import { Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { openPacket } from '../broker/open-packet.js';
import { textFrame, websocketFrame } from '../kernel/websocket-frame.js';

/** The members of Socket.IO and `ws` that make their frames; private there, so looked for at run time. */
interface FrameMakers {
  readonly nsp?: { readonly server?: { readonly encoder?: Encoder } };
  readonly conn?: { readonly transport?: { readonly socket?: { readonly _sender?: object } } };
}

interface Encoder {
  encode(packet: { type: number; nsp: string; data: unknown[] }): unknown[];
}

type FrameOf = (payload: Buffer, options: object) => Buffer[];

/** Socket.IO's packet type. */
const EVENT = 2;

/** One payload for each length of a frame's header. */
const SIZES = [0, 125, 126, 65_535, 65_536];

let isAgreed: boolean | null = null;

/**
 * Whether the libraries underneath would send the very bytes that are written directly. Asked of the
 * first connection, once: where they differ, or cannot be asked, everything takes Socket.IO's own way.
 */
export function framesAgree(socket: Socket): boolean {
  if (isAgreed !== null) return isAgreed;
  isAgreed = compareFrames(socket);
  if (!isAgreed) {
    new Logger('Gateway').warn(
      'This version of Socket.IO frames messages otherwise than expected: they go through it, at a higher cost.',
    );
  }
  return isAgreed;
}

/** The comparison itself. */
export function compareFrames(socket: Socket): boolean {
  try {
    return packetsAgree(socket) && bytesAgree(socket);
  } catch {
    // A member is not what it was: that is the answer.
    return false;
  }
}

function packetsAgree(socket: Socket): boolean {
  const encoder = (socket as unknown as FrameMakers).nsp?.server?.encoder;
  const part = Buffer.from('part');
  const head = { channel: 'ä', id: '"', at: 1 };
  const samples: readonly [unknown, string, Buffer[]][] = [
    [{ ...head, data: 'ü🔔' }, JSON.stringify('ü🔔'), []],
    [{ ...head, data: [part] }, '[{"_placeholder":true,"num":0}]', [part]],
  ];
  return samples.every(([message, json, parts]) => {
    const [text, ...rest] =
      encoder?.encode({ type: EVENT, nsp: '/', data: ['message', message] }) ?? [];
    const ours = `${openPacket(head, json, parts).text}}]`;
    const areParts =
      rest.length === parts.length && rest.every((one, index) => one === parts[index]);
    return `4${String(text)}` === ours && areParts;
  });
}

function bytesAgree(socket: Socket): boolean {
  const sender = (socket as unknown as FrameMakers).conn?.transport?.socket?._sender;
  const { frame } = (sender?.constructor ?? {}) as { frame?: FrameOf };
  if (!frame) return false;
  return SIZES.every((size) => {
    const payload = Buffer.alloc(size, 'x');
    const theirs = (opcode: number): Buffer =>
      Buffer.concat(
        frame(payload, { fin: true, rsv1: false, opcode, mask: false, readOnly: true }),
      );
    return (
      theirs(1).equals(textFrame(payload.toString())) &&
      theirs(2).equals(websocketFrame(payload, true))
    );
  });
}
