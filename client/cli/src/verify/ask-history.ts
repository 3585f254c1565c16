import type { Socket } from 'socket.io-client';
import { ask } from '../deployment/request.js';
import { Unable } from '../unable.js';
import { hashOf } from './history.js';
import type { LogRecord } from './checker.js';
import { lasting } from './until.js';

/** One page of a history, as the server gave it. */
export type Page = Readonly<Record<string, unknown>>;

const LIMIT = 250;
const TRIES = 10;
const AGAIN_MS = 300;

/**
 * A page of a channel by `history`, before or after a position or the newest; asked again for a
 * while when it is refused.
 *
 * @throws Unable when it is refused all the time
 */
export async function askHistory(
  socket: Socket,
  channel: string,
  from: { readonly before?: string; readonly after?: string },
): Promise<Page> {
  let said = '';
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const answer = await ask(socket, 'history', { channel, limit: LIMIT, ...from });
    if (answer.ok) return answer.reply;
    said = `${answer.refusal.code ?? ''} ${answer.refusal.message}`;
    await lasting(AGAIN_MS);
  }
  throw new Unable(`The history of ${channel} cannot be read: ${said}`, [
    'give --admin-key, so that it is read by REST',
  ]);
}

/** The messages of a page, as they came. */
export function messagesOf(page: Page): Page[] {
  const messages: unknown[] = Array.isArray(page['messages']) ? page['messages'] : [];
  return messages.map((it) => (typeof it === 'object' && it !== null ? { ...it } : {}));
}

/** What the checker needs of a message. */
export function recordOf({ offset, id, data, at }: Page): LogRecord {
  const stored = typeof at === 'number' ? { storedAtMs: at } : {};
  return { offset: Number(offset), id: String(id), hash: hashOf(data), ...stored };
}
