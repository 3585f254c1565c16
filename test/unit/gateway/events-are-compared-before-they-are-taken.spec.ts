import { describe, expect, test } from '@jest/globals';
import type { Socket } from 'socket.io';
import { Decoder } from 'socket.io-parser';
import { compareEvents } from '../../../src/gateway/event-agreement.js';

/** A socket with what reads its packets; the rest of it is not asked. */
function socketOf(decoder?: object): Socket {
  return { client: { decoder } } as unknown as Socket;
}

class OtherNumbers extends Decoder {
  override add(packet: unknown): void {
    super.add(String(packet).replace(/^2\d/, '29'));
  }
}

class Silent extends Decoder {
  override add(): void {}
}

class Broken extends Decoder {
  override add(): void {
    throw new Error('not this packet');
  }
}

describe('commands are taken before Socket.IO sees them', () => {
  test('when it would read the same', () => {
    expect(compareEvents(socketOf(new Decoder()))).toBe(true);
  });

  test.each<[string, object | undefined]>([
    ['reads other numbers', new OtherNumbers()],
    ['reads nothing', new Silent()],
    ['cannot read them', new Broken()],
    ['cannot be asked', undefined],
  ])('not when it %s', (_what, decoder) => {
    expect(compareEvents(socketOf(decoder))).toBe(false);
  });
});
