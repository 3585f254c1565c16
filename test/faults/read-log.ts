import { testAdminKey } from '../support/carillon-process.js';
import { eventually } from '../support/eventually.js';
import type { Page } from '../../client/cli/src/verify/ask-history.js';
import type { ChannelLog } from '../../client/cli/src/verify/checker.js';
import { logOf } from '../../client/cli/src/verify/log-of.js';
import { placeOf } from '../../client/cli/src/verify/place.js';

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
  const log = await logOf(channel, (name, before) => pageOf(url, name, before));
  return log.entries.length > 0 || mayExpire ? log : { ...log, floor: 0 };
}

/** Where the channel ends now, for a row that wants to know what a fault took. */
export async function topOf(url: string, channel: string): Promise<number> {
  const { position } = await pageOf(url, channel, null, 1);
  return placeOf(String(position)).offset;
}

async function pageOf(
  url: string,
  channel: string,
  before: string | null,
  limit = 500,
): Promise<Page> {
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
  return (await response.json()) as Page;
}
