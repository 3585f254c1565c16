import { Buffer } from 'node:buffer';
import type { Delivery, Dialect, Incoming, Place, Reply, Request } from './dialect.js';

/** What one application says over Socket.IO. */
export interface Application {
  /** What goes into the CONNECT packet. */
  auth(index: number, place: Place | null): object | null;
  /** The event that tells a connection that it may begin; null: the answer to CONNECT does. */
  readonly readyEvent: string | null;
  readonly keepsChannels: boolean;
  /** The name of an event and the object that goes with it. */
  event(request: Request): readonly [string, object];
  reply(body: unknown): Reply;
  /** An event that is neither a message nor the one that says ready. */
  push(name: string, body: Readonly<Record<string, unknown>>): Incoming;
  delivery(body: Readonly<Record<string, unknown>>, offset: unknown): Delivery;
}

const HEAD = '42["message",';
const FAULT: Incoming = { kind: 'fault' };

/** Engine.IO 4 and Socket.IO 5: what every application over them shares. */
export function socketIoDialect(application: Application): Dialect {
  return {
    path: '/socket.io/?EIO=4&transport=websocket',
    messageHead: Buffer.from(HEAD),
    hasLines: false,
    keepsChannels: application.keepsChannels,
    hello: () => null,
    request: (number, request) => `42${number}${JSON.stringify(application.event(request))}`,

    incoming(packet, index, place) {
      if (packet === '2') return { kind: 'say', packet: '3' };
      if (packet.startsWith('0')) {
        const auth = application.auth(index, place);
        return { kind: 'say', packet: auth === null ? '40' : `40${JSON.stringify(auth)}` };
      }
      if (packet.startsWith('40')) {
        if (application.readyEvent !== null) return { kind: 'harmless' };
        const { pid } = JSON.parse(packet.slice(2)) as { readonly pid?: string };
        return { kind: 'ready', session: pid ?? null };
      }
      if (packet.startsWith('43')) {
        const bracket = packet.indexOf('[');
        const [body] = JSON.parse(packet.slice(bracket)) as [unknown];
        const number = Number(packet.slice(2, bracket));
        return { kind: 'reply', number, reply: application.reply(body) };
      }
      if (!packet.startsWith('42')) return FAULT;
      const [name, body] = JSON.parse(packet.slice(2)) as [string, Record<string, unknown>];
      if (name === application.readyEvent) return { kind: 'ready', session: null };
      return application.push(name, body);
    },

    delivery(packet) {
      const [, body, offset] = JSON.parse(packet.slice(2)) as [
        string,
        Readonly<Record<string, unknown>>,
        unknown,
      ];
      return application.delivery(body, offset);
    },
  };
}
