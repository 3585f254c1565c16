import { Buffer } from 'node:buffer';
import type { Dialect, Missed } from './dialect.js';
import { userToken } from './user-token.js';

const CONNECT = 1;

interface Publication {
  readonly data: { readonly id: string; readonly text: string };
  readonly offset?: number;
}

interface Subscribed {
  readonly recovered?: boolean;
  readonly was_recovering?: boolean;
  readonly publications?: readonly Publication[];
}

interface Packet {
  readonly id?: number;
  readonly error?: { readonly message: string };
  readonly connect?: object;
  readonly subscribe?: Subscribed;
}

/** Centrifugo's client protocol: JSON, both ways over one WebSocket, packets in lines. */
export function centrifugoDialect(secret: string): Dialect {
  return {
    path: '/connection/websocket',
    messageHead: Buffer.from('{"push":{"channel":'),
    hasLines: true,
    keepsChannels: false,
    hello: (index) =>
      JSON.stringify({ id: CONNECT, connect: { token: userToken(secret, `user-${index}`) } }),

    request(number, request) {
      const { channel } = request;
      // Numbers of requests begin after that of CONNECT.
      const id = number + CONNECT;
      if (request.kind === 'publish') {
        const data = { id: request.id, text: request.data };
        return JSON.stringify({ id, publish: { channel, data } });
      }
      if (request.since === null) return JSON.stringify({ id, subscribe: { channel } });
      // Any epoch: nothing here ends one.
      const recovery = { recover: true, epoch: '', offset: Number(request.since) };
      return JSON.stringify({ id, subscribe: { channel, ...recovery } });
    },

    incoming(packet) {
      if (packet === '{}') return { kind: 'say', packet: '{}' };
      const { id, error, connect, subscribe } = JSON.parse(packet) as Packet;
      if (id === undefined) return { kind: 'fault' };
      if (connect) return { kind: 'ready', session: null };
      const isWhole = subscribe?.was_recovering !== true || subscribe.recovered === true;
      const missed = (subscribe?.publications ?? []).map(missedOf);
      const reply = {
        isOk: error === undefined && isWhole,
        isUnknown: false,
        refusal: error?.message ?? (isWhole ? null : 'it could not be continued'),
        missed,
      };
      return { kind: 'reply', number: id - CONNECT, reply };
    },

    delivery(packet) {
      const { push } = JSON.parse(packet) as {
        readonly push: { readonly channel: string; readonly pub: Publication };
      };
      return { channel: push.channel, ...missedOf(push.pub) };
    },
  };
}

function missedOf({ data, offset }: Publication): Missed {
  return { data: data.text, position: offset === undefined ? null : String(offset) };
}
