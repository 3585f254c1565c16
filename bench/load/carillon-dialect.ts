import type { Delivery, Dialect, Incoming } from './dialect.js';
import { socketIoDialect } from './socket-io-dialect.js';
import { userToken } from './user-token.js';

type Body = Readonly<Record<string, unknown>>;

interface Reply {
  readonly ok?: boolean;
  readonly error?: { readonly code: string };
  readonly gap?: object;
  readonly messages?: readonly Body[];
}

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
      const { ok, error, gap, messages = [] } = body as Reply;
      return {
        isOk: ok === true && gap === undefined,
        isUnknown: error?.code === 'unavailable',
        refusal: error?.code ?? (gap === undefined ? null : 'it could not be continued'),
        missed: messages.map(deliveryOf),
      };
    },
    push,
    delivery: deliveryOf,
  });
}

function push(name: string, body: Body): Incoming {
  if (name === 'gap') {
    const count = body['count'] as number | null;
    return { kind: 'lost', channel: String(body['channel']), count };
  }
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
