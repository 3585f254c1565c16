import type { Socket } from 'socket.io-client';
import { refusedBy } from '../deployment/advice.js';
import { connectOnce } from '../deployment/connect-once.js';
import type { Deployment } from '../deployment/deployment.js';
import { closeSocket, type Refusal } from '../deployment/open-socket.js';
import { ask } from '../deployment/request.js';
import { rest } from '../deployment/rest.js';
import { Unable } from '../unable.js';
import { placeOf } from './place.js';
import type { Plan } from './plan.js';

/** What a run has to know of the deployment before it begins. */
export interface Scouted {
  /** The namespace lets a client go above `normal`. */
  readonly mayPublishHigh: boolean;
  /** What is odd, but does not stop the run. */
  readonly remarks: readonly string[];
}

/**
 * Tries once, in a channel of its own, everything that the run will do, so that what cannot work is
 * told at once and in the server's words.
 *
 * @throws Unable
 */
export async function preflight(
  deployment: Deployment,
  plan: Plan,
  adminKey: string | undefined,
): Promise<Scouted> {
  const client = `verify-${plan.run}-scout`;
  const token = await deployment.tokenFor(client, 60);
  if (deployment.tokens === 'given') refuseShortLife(token, plan);
  const tried = await Promise.all(
    deployment.urls.map(async (url) => ({ url, ...(await connectOnce(url, { token, client })) })),
  );
  const sockets: Socket[] = [];
  const remarks: string[] = [];
  let refused: { readonly url: string; readonly refusal: Refusal } | null = null;
  for (const one of tried) {
    if ('socket' in one) {
      sockets.push(one.socket);
      remarks.push(...remarksOn(one.session, plan));
    } else {
      if (refused === null || one.refusal.code !== null) refused = one;
      remarks.push(`${one.url} cannot be used now (${one.refusal.message})`);
    }
  }
  try {
    const [socket] = sockets;
    // An instance that refuses for good is another deployment, or set up otherwise than the rest.
    if (socket === undefined || (refused !== null && refused.refusal.code !== null)) {
      const { url, refusal } = refused ?? { url: '', refusal: { code: null, message: '' } };
      throw refusedBy(`No session at ${url}`, refusal, deployment);
    }
    const channel = `${plan.namespace}:verify-${plan.run}-scout`;
    const mayPublishHigh = await tryEverything(socket, channel, deployment);
    if (adminKey !== undefined) {
      const path = `/v1/channels/${encodeURIComponent(channel)}/messages?limit=1`;
      await rest(deployment.urls, { method: 'GET', path, key: adminKey });
    }
    return { mayPublishHigh, remarks: [...new Set(remarks)] };
  } finally {
    for (const socket of sockets) closeSocket(socket);
  }
}

async function tryEverything(
  socket: Socket,
  channel: string,
  deployment: Deployment,
): Promise<boolean> {
  const must = async (name: string, body: Readonly<Record<string, unknown>>) => {
    const answer = await ask(socket, name, { channel, ...body });
    if (answer.ok) return answer.reply;
    throw refusedBy(`${name} in ${channel} was refused`, answer.refusal, deployment);
  };
  const { position } = await must('subscribe', {});
  try {
    placeOf(String(position));
  } catch (cause) {
    throw new Unable(
      'The positions of this server are of another version than this program knows.',
      ['use the carillon that came with the server'],
      { cause },
    );
  }
  await must('publish', { id: 'scout-1', data: 'carillon verify' });
  await must('history', { limit: 1 });
  const high = { channel, id: 'scout-2', data: 'carillon verify', priority: 'high' };
  return (await ask(socket, 'publish', high)).ok;
}

/** What the person should know of the plan before it runs, by what the server told of itself. */
export function remarksOn(session: Readonly<Record<string, unknown>>, plan: Plan): string[] {
  const limits = objectOf(session['limits']);
  const own = objectOf(objectOf(limits['namespaces'])[plan.namespace]);
  const most = Number(own['publishPerSecond'] ?? limits['publishPerSecond']);
  const each = plan.perSecond / plan.publishers;
  if (!(each > most)) return [];
  const enough = Math.ceil(plan.perSecond / most);
  return [
    `one session may publish ${most} a second, the plan is ${each.toFixed(0)}: what is above waits; --publishers ${enough} would not`,
  ];
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function refuseShortLife(token: string, { seconds, settleSeconds }: Plan): void {
  const expiresAt = expiryOf(token);
  if (expiresAt === null) return;
  const left = expiresAt - Date.now() / 1_000;
  // What has expired already the server refuses in its own words.
  if (left > 0 && left < seconds + settleSeconds) {
    throw new Unable(`The token expires in ${Math.round(left)} s, before the run can end.`, [
      'get a token that outlives the run, or give --secret to mint tokens with',
    ]);
  }
}

function expiryOf(token: string): number | null {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
    );
    const isOne = typeof claims === 'object' && claims !== null && 'exp' in claims;
    return isOne && typeof claims.exp === 'number' ? claims.exp : null;
  } catch {
    // Not a JWT that can be read here; the server will say what it thinks of it.
    return null;
  }
}
