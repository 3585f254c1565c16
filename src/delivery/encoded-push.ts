import { Buffer } from 'node:buffer';
import type { PushName, Pushes } from '../protocol/pushes.js';
import { websocketFrame } from '../kernel/websocket-frame.js';
import type { OutgoingMessage } from './wire.port.js';

/** An event as bytes on the wire, made once for all who are told the same. */
export class EncodedPush<N extends PushName> implements OutgoingMessage {
  readonly frame: Buffer;
  readonly #text: string;

  constructor(event: N, payload: Pushes[N]) {
    this.#text = `2${JSON.stringify([event, payload])}`;
    // 4: a message of Engine.IO; 2: an event of Socket.IO.
    this.frame = websocketFrame(Buffer.from(`4${this.#text}`, 'utf8'), false);
  }

  packet(): { readonly text: string; readonly parts: readonly Buffer[] } {
    return { text: this.#text, parts: [] };
  }
}
