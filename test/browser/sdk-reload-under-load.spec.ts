import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { seededRandom } from '../../client/cli/src/verify/seeded-random.js';
import { rest } from '../integration/rest-call.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { startChromium } from '../support/chromium.js';
import { eventually } from '../support/eventually.js';
import { describeWithChromium } from '../support/requires.js';
import { tokenFor } from '../support/token.js';
import { pageWith, servePage } from './sdk-tab.js';

const SEED = 20_261_129;
const RELOADS = 40;
/** What one call publishes. */
const BURST = 8;
/** More than this are never to be shown: a channel does not keep everything. */
const AHEAD_MAX = 64;

/**
 * Writes down what it is shown before the listener returns, and reloads inside that call: the place is
 * not written by then. `reloads` says after how many messages of a run.
 */
const html = pageWith(`
  const reloads = query.get('reloads').split(',').map(Number);
  const run = Number(sessionStorage.getItem('run') ?? 0);
  sessionStorage.setItem('run', run + 1);
  const note = (what, text) => localStorage.setItem(what, (localStorage.getItem(what) ?? '') + text + ' ');
  let left = reloads[run];
  channel.onMessage(({ id }) => {
    note('shown', id);
    left -= 1;
    if (left === 0) location.reload();
  });
  channel.onGap(({ reason }) => note('gaps', reason));
  carillon.connect();
  await channel.subscribe();
  note('clients', carillon.session.client);
`);

async function noted(page: Page, what: 'shown' | 'gaps' | 'clients'): Promise<string[]> {
  const text = await page.evaluate<string | null>(`localStorage.getItem(${JSON.stringify(what)})`);
  return (text ?? '').split(' ').filter((word) => word !== '');
}

/** Publishes in bursts until it is told to end; resolves with the ids in the order stored. */
function publishOn(server: CarillonProcess, page: Page): () => Promise<string[]> {
  const stop = new AbortController();
  const ids: string[] = [];
  const burst = async (): Promise<void> => {
    const items = Array.from({ length: BURST }, () => {
      const id = `m${ids.length + 1}`;
      ids.push(id);
      return { channel: 'test:room', id, data: id };
    });
    const { status } = await rest(server, 'POST', '/v1/messages', { body: { items } });
    expect(status).toBe(207);
    // While the page reloads it cannot be asked.
    await eventually('the page keeps up', async () => {
      return ids.length - (await noted(page, 'shown')).length < AHEAD_MAX;
    });
  };
  const done = (async () => {
    while (!stop.signal.aborted) await burst();
  })();
  return async () => {
    stop.abort();
    await done;
    return ids;
  };
}

describeWithChromium('a page that reloads in the middle of what it is shown', () => {
  test(`${RELOADS} times is shown every message once, and none is missing (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    const reloads = Array.from({ length: RELOADS }, () => random.between(1, 20));
    const origin = await servePage(html);
    const server = await startCarillon({ env: { CORS_ORIGINS: origin } });
    const token = await tokenFor(server.secret, { sub: 'ann' });
    const page = await (await startChromium()).newPage();
    const query = new URLSearchParams({ url: server.url, token, reloads: reloads.join() });
    await page.goto(`${origin}/page.html?${query.toString()}`);
    await page.waitForFunction(`localStorage.getItem('clients') !== null`);
    const end = publishOn(server, page);
    await page.waitForFunction(`Number(sessionStorage.getItem('run')) > ${RELOADS}`, undefined, {
      timeout: 100_000,
    });
    const ids = await end();
    const last = String(ids.at(-1));
    await page.waitForFunction(`localStorage.getItem('shown').includes(' ${last} ')`);
    const shown = await noted(page, 'shown');
    expect(shown.filter((id, place) => shown.indexOf(id) !== place)).toEqual([]);
    expect(shown).toEqual(ids);
    expect(await noted(page, 'gaps')).toEqual([]);
    expect(new Set(await noted(page, 'clients')).size).toBe(1);
  }, 120_000);
});
