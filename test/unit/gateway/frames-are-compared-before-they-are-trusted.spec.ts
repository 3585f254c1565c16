import { describe, expect, test } from '@jest/globals';
import type { Socket } from 'socket.io';
import { Encoder } from 'socket.io-parser';
import * as ws from 'ws';
import { compareFrames } from '../../../src/gateway/frame-agreement.js';

type FrameOf = (payload: Buffer, options: { fin: boolean; rsv1: boolean }) => Buffer[];

/** What `ws` makes its frames with; its types do not know it. */
const { Sender } = ws as unknown as { Sender: { prototype: object; frame: FrameOf } };

interface Underneath {
  readonly encoder?: object;
  readonly sender?: object;
}

/** A socket with what makes its frames; the rest of it is not asked. */
function socketOf({ encoder, sender }: Underneath): Socket {
  return {
    nsp: { server: { encoder } },
    conn: { transport: { socket: { _sender: sender } } },
  } as unknown as Socket;
}

class OtherSender {
  static frame(this: void, payload: Buffer, options: Parameters<FrameOf>[1]): Buffer[] {
    return Sender.frame(payload, { ...options, rsv1: true });
  }
}

class OtherEncoder extends Encoder {
  override encode(packet: Parameters<Encoder['encode']>[0]): ReturnType<Encoder['encode']> {
    return super.encode({ ...packet, data: [...(packet.data as unknown[]), 1] });
  }
}

const sender = Object.create(Sender.prototype) as object;
const encoder = new Encoder();

describe('frames are written directly', () => {
  test('when the libraries in use would send the same bytes', () => {
    expect(compareFrames(socketOf({ encoder, sender }))).toBe(true);
  });

  test.each<[string, Underneath]>([
    ['another WebSocket frame', { encoder, sender: new OtherSender() }],
    ['another packet', { encoder: new OtherEncoder(), sender }],
    ['no frames that can be asked for', { encoder }],
    ['no packets that can be asked for', { sender }],
  ])('not when they make %s', (_what, underneath) => {
    expect(compareFrames(socketOf(underneath))).toBe(false);
  });
});
