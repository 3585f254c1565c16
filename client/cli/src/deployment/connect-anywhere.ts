import type { Socket } from 'socket.io-client';
import { connectOnce } from './connect-once.js';
import type { Deployment } from './deployment.js';

/** A session at the first instance that takes one; null where none does. Whoever asks closes it. */
export async function connectAnywhere(
  { urls, tokenFor }: Pick<Deployment, 'urls' | 'tokenFor'>,
  client: string,
): Promise<Socket | null> {
  const token = await tokenFor(client, 600);
  for (const url of urls) {
    const connected = await connectOnce(url, { token, client });
    if ('socket' in connected) return connected.socket;
  }
  return null;
}
