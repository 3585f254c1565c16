import type { Delivery, Dialect, Incoming } from './dialect.js';
import { socketIoDialect } from './socket-io-dialect.js';
import { userToken } from './user-token.js';

type Body = Readonly<Record<string, unknown>>;

/** Every connection is a user of its own, as in production. */
export function carillonDialect(secret: string): Dialect {
  return socketIoDialect({
    auth: (index) => ({ token: userToken(secret, `user-${index}`), client: `client-${index}` }),
    readyEvent: 'session',
    keepsChannels: false,
    event(request) {
      if (request.kind === 'join') {
        const { channel, since } = request;
        return ['subscribe', since === null ? { channel } : { channel, since }];
      }
      const { channel, id, data, priority } = request;
      return ['publish', { channel, id, data, ...(priority === null ? {} : { priority }) }];
    },
    reply(body) {
      const reply = body as Body;
      const messages = (reply['messages'] ?? []) as readonly Body[];
      const isWhole = reply['gap'] === undefined;
      return { isOk: reply['ok'] === true && isWhole, missed: messages.map(deliveryOf) };
    },
    push,
    delivery: deliveryOf,
  });
}

function push(name: string, body: Body): Incoming {
  if (name === 'gap') return { kind: 'lost', count: body['count'] as number | null };
  if (name === 'closing') return { kind: 'ending' };
  return { kind: name === 'presence' || name === 'status' ? 'harmless' : 'fault' };
}

function deliveryOf({ channel, data, position }: Body): Delivery {
  return {
    channel: String(channel),
    data,
    position: typeof position === 'string' ? position : null,
  };
}
