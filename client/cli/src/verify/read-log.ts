import { connectOnce } from '../deployment/connect-once.js';
import type { Deployment } from '../deployment/deployment.js';
import { closeSocket } from '../deployment/open-socket.js';
import { ask } from '../deployment/request.js';
import { rest } from '../deployment/rest.js';
import { Unable } from '../unable.js';
import type { ChannelLog, LogRecord } from './checker.js';
import { hashOf } from './history.js';
import { type Place, placeOf } from './place.js';
import { lasting } from './until.js';

/** One page of a history, as the server gave it. */
type Page = Readonly<Record<string, unknown>>;
type ReadPage = (channel: string, before: string | null) => Promise<Page>;

const LIMIT = 250;
const TRIES = 10;
const AGAIN_MS = 300;

/**
 * Every channel as the store has it now: by REST with a key, else by `history` of a session of its
 * own.
 *
 * @throws Unable when the history cannot be read
 */
export async function readLogs(
  channels: readonly string[],
  deployment: Deployment,
  { client, adminKey }: { client: string; adminKey: string | undefined },
): Promise<ChannelLog[]> {
  if (adminKey !== undefined) {
    return allOf(channels, (channel, before) => {
      const query = new URLSearchParams({
        limit: String(LIMIT),
        ...(before === null ? {} : { before }),
      });
      const path = `/v1/channels/${encodeURIComponent(channel)}/messages?${query.toString()}`;
      return rest(deployment.urls, { method: 'GET', path, key: adminKey });
    });
  }
  const token = await deployment.tokenFor(client, 600);
  for (const url of deployment.urls) {
    const connected = await connectOnce(url, { token, client });
    if (!('socket' in connected)) continue;
    const { socket } = connected;
    try {
      return await allOf(channels, (channel, before) =>
        askedPage((body) => ask(socket, 'history', body), channel, before),
      );
    } finally {
      closeSocket(socket);
    }
  }
  throw new Unable('The history cannot be read: no instance takes a connection.', [
    'start an instance and run it again',
  ]);
}

async function allOf(channels: readonly string[], read: ReadPage): Promise<ChannelLog[]> {
  const logs: ChannelLog[] = [];
  for (const channel of channels) logs.push(await logOf(channel, read));
  return logs;
}

async function askedPage(
  askHistory: (body: Page) => ReturnType<typeof ask>,
  channel: string,
  before: string | null,
): Promise<Page> {
  let said = '';
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const body = { channel, limit: LIMIT, ...(before === null ? {} : { before }) };
    const answer = await askHistory(body);
    if (answer.ok) return answer.reply;
    said = `${answer.refusal.code ?? ''} ${answer.refusal.message}`;
    await lasting(AGAIN_MS);
  }
  throw new Unable(`The history of ${channel} cannot be read: ${said}`, [
    'give --admin-key, so that it is read by REST',
  ]);
}

/** Newest page first, back to what is not kept any more. */
async function logOf(channel: string, read: ReadPage): Promise<ChannelLog> {
  const entries: LogRecord[] = [];
  let before: string | null = null;
  let top: Place = { epoch: '', offset: 0 };
  for (;;) {
    const page = await read(channel, before);
    if (before === null) top = placeOf(String(page['position']));
    const messages = (Array.isArray(page['messages']) ? page['messages'] : []).map(payloadOf);
    entries.unshift(
      ...messages.map(({ offset, id, data }) => ({
        offset: Number(offset),
        id: String(id),
        hash: hashOf(data),
      })),
    );
    const oldest = messages[0];
    if (page['more'] !== true || oldest === undefined) break;
    before = String(oldest['position']);
  }
  const floor = entries[0] === undefined ? top.offset : entries[0].offset - 1;
  return { channel, epoch: top.epoch, floor, entries };
}

function payloadOf(value: unknown): Page {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
