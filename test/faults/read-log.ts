import { testAdminKey } from '../support/carillon-process.js';
import { eventually } from '../support/eventually.js';
import type { ChannelLog, LogRecord } from '../../client/cli/src/verify/checker.js';
import { hashOf } from '../../client/cli/src/verify/history.js';
import { placeOf } from '../../client/cli/src/verify/place.js';

interface RestHistory {
  readonly messages: readonly {
    readonly offset: number;
    readonly id: string;
    readonly data: unknown;
    readonly at: number;
  }[];
  readonly more: boolean;
  readonly position: string;
}

/**
 * The whole of a channel as REST gives it, newest page first, back to what is not kept any more.
 *
 * @param mayExpire all of it may be gone by its age; elsewhere a log without messages never had any
 */
export async function readLog(
  url: string,
  channel: string,
  mayExpire = false,
): Promise<ChannelLog> {
  const entries: LogRecord[] = [];
  let before: string | null = null;
  let epoch = '';
  let top = 0;
  for (;;) {
    const page: RestHistory = await pageOf(url, channel, before);
    if (before === null) ({ epoch, offset: top } = placeOf(page.position));
    const records = page.messages.map(({ offset, id, data, at }) => ({
      offset,
      id,
      hash: hashOf(data),
      storedAtMs: at,
    }));
    entries.unshift(...records);
    const oldest = page.messages[0];
    if (!page.more || oldest === undefined) break;
    if (!('position' in oldest) || typeof oldest.position !== 'string') {
      throw new Error('a message of the history has no position');
    }
    before = oldest.position;
  }
  const first = entries[0]?.offset ?? (mayExpire ? top + 1 : 1);
  return { channel, epoch, floor: first - 1, entries };
}

/** Where the channel ends now, for a row that wants to know what a fault took. */
export async function topOf(url: string, channel: string): Promise<number> {
  const { position } = await pageOf(url, channel, null, 1);
  return placeOf(position).offset;
}

async function pageOf(
  url: string,
  channel: string,
  before: string | null,
  limit = 500,
): Promise<RestHistory> {
  const query = new URLSearchParams({
    limit: String(limit),
    ...(before === null ? {} : { before }),
  });
  const response = await eventually(`the history of ${channel} can be read`, async () => {
    const answer = await fetch(
      `${url}/v1/channels/${encodeURIComponent(channel)}/messages?${query.toString()}`,
      {
        headers: { authorization: `Bearer ${testAdminKey}` },
      },
    );
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer;
  });
  // The contract names the shape.
  return (await response.json()) as RestHistory;
}
