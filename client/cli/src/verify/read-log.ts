import { connectAnywhere } from '../deployment/connect-anywhere.js';
import type { Deployment } from '../deployment/deployment.js';
import { closeSocket } from '../deployment/open-socket.js';
import { rest } from '../deployment/rest.js';
import { Unable } from '../unable.js';
import { askHistory } from './ask-history.js';
import type { ChannelLog } from './checker.js';
import { logOf, type ReadPage } from './log-of.js';

const LIMIT = 250;

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
  const socket = await connectAnywhere(deployment, client);
  if (socket === null) {
    throw new Unable('The history cannot be read: no instance takes a connection.', [
      'start an instance and run it again',
    ]);
  }
  try {
    return await allOf(channels, (channel, before) =>
      askHistory(socket, channel, before === null ? {} : { before }),
    );
  } finally {
    closeSocket(socket);
  }
}

async function allOf(channels: readonly string[], read: ReadPage): Promise<ChannelLog[]> {
  const logs: ChannelLog[] = [];
  for (const channel of channels) logs.push(await logOf(channel, read));
  return logs;
}
