import type { Socket } from 'socket.io';
import { JsonText } from '../kernel/json-text.js';
import { dataOf } from './connection.js';

/** An acknowledgement: may be called once, further calls do nothing. */
export type Answer = (reply: object) => void;

/** The members of a Socket.IO socket that an acknowledgement needs; private there. */
interface SocketInside {
  ack: (id: number) => Answer;
  packet: (packet: { type: number; id: number; data: unknown[] }) => void;
}

/** Socket.IO's packet type. */
const ACK = 3;

/**
 * Makes every acknowledgement of a socket one ready frame, written as messages are, instead of a
 * packet that is searched for binary, encoded and queued. What holds binary, and a connection that may
 * not be written to directly, takes Socket.IO's own way.
 */
export function answerDirectly(socket: Socket): void {
  // Private members of Socket.IO: when there is no `ack` any more, its own way is all there is.
  const inside = socket as unknown as Partial<SocketInside>;
  if (typeof inside.ack === 'function' && typeof inside.packet === 'function') inside.ack = ack;
}

/** One function for all sockets: a closure for each would be kept as long as its connection. */
function ack(this: Socket, id: number): Answer {
  return acknowledgementOf(this, id);
}

/** The acknowledgement that a client asked for by a number. */
export function acknowledgementOf(socket: Socket, id: number): Answer {
  let isAnswered = false;
  return (reply) => {
    if (isAnswered) return;
    const wire = dataOf(socket).connection?.wire;
    const text = wire?.isDirect() ? textOf(reply) : null;
    // Not before it could be written down: what cannot is still to be answered, with an error.
    isAnswered = true;
    if (text !== null && wire) return wire.writeText(`43${id}[${text}]`);
    wire?.flush();
    const { packet } = socket as unknown as SocketInside;
    packet.call(socket, { type: ACK, id, data: [plainOf(reply)] });
  };
}

/** Null for what JSON alone cannot say. */
function textOf(reply: object): string | null {
  if (!('messages' in reply)) return JSON.stringify(reply);
  const { messages, ...rest } = reply;
  if (messages instanceof JsonText) {
    return `${JSON.stringify(rest).slice(0, -1)},"messages":${messages.text}}`;
  }
  return Array.isArray(messages) && messages.length === 0 ? JSON.stringify(reply) : null;
}

function plainOf(reply: object): object {
  const { messages } = reply as { messages?: unknown };
  if (!(messages instanceof JsonText)) return reply;
  const parsed: unknown = JSON.parse(messages.text);
  return { ...reply, messages: parsed };
}
