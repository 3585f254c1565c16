import { createHmac } from 'node:crypto';
import type { Dialect } from './dialect.js';

/** Which dialect a server speaks, and what its clients need to be let in. */
export type DialectChoice =
  { readonly name: 'carillon'; readonly secret: string } | { readonly name: 'room' };

const HOUR_SECONDS = 3600;

export function dialectOf(choice: DialectChoice): Dialect {
  return choice.name === 'carillon' ? carillon(choice.secret) : room;
}

/** Every connection is a user of its own, as in production. */
function carillon(secret: string): Dialect {
  return {
    auth: (index) => ({ token: token(secret, `user-${index}`), client: `client-${index}` }),
    readyEvent: 'session',
    join: (channel) => ({ name: 'subscribe', body: { channel } }),
    publish: (channel, id, data) => ({ name: 'publish', body: { channel, id, data } }),
    dataOf: ({ data }) => data,
    isOk: (reply) => isObject(reply) && reply['ok'] === true,
  };
}

/** A chat in the usual way: join a room, publish into it. */
const room: Dialect = {
  auth: () => null,
  readyEvent: null,
  join: (channel) => ({ name: 'join', body: { room: channel } }),
  publish: (channel, id, data) => ({ name: 'publish', body: { room: channel, id, text: data } }),
  dataOf: ({ text }) => text,
  isOk: (reply) => isObject(reply) && reply['ok'] === true,
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function token(secret: string, user: string): string {
  const now = Math.trunc(Date.now() / 1000);
  const head = part({ alg: 'HS256', typ: 'JWT' });
  const claims = part({ sub: user, iat: now, exp: now + HOUR_SECONDS });
  const signature = createHmac('sha256', secret).update(`${head}.${claims}`).digest('base64url');
  return `${head}.${claims}.${signature}`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
