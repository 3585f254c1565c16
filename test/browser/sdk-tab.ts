import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { register } from '../support/actors.js';
import { eventually } from '../support/eventually.js';

const root = path.resolve(import.meta.dirname, '../..');

/** A page with nothing but the built SDK, a store in IndexedDB and one durable channel. */
export function pageWith(script: string): string {
  return `<!doctype html>
<script type="importmap">{ "imports": {
  "@carillon/sdk": "/index.js",
  "socket.io-client": "/socket.io.esm.min.js"
} }</script>
<script type="module">
  import { createCarillon, IndexedDbStore } from '@carillon/sdk';
  const query = new URL(location.href).searchParams;
  const carillon = createCarillon({
    url: query.get('url'),
    token: query.get('token'),
    store: new IndexedDbStore({ name: 'shared' }),
  });
  const channel = carillon.channel('test:room', { durable: true });
  ${script}
</script>`;
}

const reporting = pageWith(`
  window.channel = channel;
  window.carillon = carillon;
  channel.onMessage(({ id }) => report('heard', query.get('name'), id));
  channel.onGap(({ reason }) => report('gap', query.get('name'), reason));
  carillon.onRestored(({ id, receipt }) => {
    report('settled', query.get('name'), id + (receipt === undefined ? ' failed' : ' stored'));
  });
  carillon.connect();
  await channel.subscribe();
  window.isReady = true;
`);

/** Serves a page and what it loads; resolves with its origin. A real one: browsers ask where a page came from. */
export async function servePage(page = reporting): Promise<string> {
  const server = createServer((request, response) => {
    const name = path.basename(new URL(request.url ?? '/', 'http://page').pathname);
    const folder = name.startsWith('socket.io')
      ? 'node_modules/socket.io-client/dist'
      : 'client/sdk/dist';
    const isPage = name === 'page.html';
    const read = isPage ? Promise.resolve(page) : readFile(path.join(root, folder, name), 'utf8');
    read.then(
      (body) => {
        const type = isPage ? 'text/html' : 'text/javascript';
        response.setHeader('content-type', `${type}; charset=utf-8`).end(body);
      },
      () => response.writeHead(404).end(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  register({ name: 'the page', end: () => server.close() });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What the tabs of one browser report, over all their reloads. */
export class TabReports {
  readonly #all: { readonly what: string; readonly tab: string; readonly text: string }[] = [];

  private constructor(readonly context: BrowserContext) {}

  static async listen(context: BrowserContext): Promise<TabReports> {
    const reports = new TabReports(context);
    await context.exposeFunction('report', (what: string, tab: string, text: string) => {
      reports.#all.push({ what, tab, text });
    });
    return reports;
  }

  /** What was reported of one kind, by one tab or by all. */
  of(what: 'heard' | 'gap' | 'settled', tab?: string): string[] {
    return this.#all
      .filter((one) => one.what === what && (tab === undefined || one.tab === tab))
      .map(({ text }) => text);
  }
}

export interface TabAddress {
  /** Where the page is, and where the server. */
  readonly page: string;
  readonly url: string;
  readonly token: string;
}

/** One tab with the SDK, subscribed. */
export class SdkTab {
  private constructor(readonly page: Page) {}

  static async open(
    { context }: TabReports,
    at: TabAddress & { readonly name: string },
  ): Promise<SdkTab> {
    const tab = new SdkTab(await context.newPage());
    const query = new URLSearchParams({ url: at.url, token: at.token, name: at.name });
    await tab.page.goto(`${at.page}/page.html?${query.toString()}`);
    await tab.untilReady();
    return tab;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.untilReady();
  }

  /** The id that the server knows this tab by. */
  client(): Promise<string> {
    return this.page.evaluate('carillon.session.client');
  }

  /** Publishes, and resolves when it is acknowledged. */
  async say(id: string): Promise<void> {
    await this.page.evaluate(`channel.publish('', { id: ${JSON.stringify(id)} })`);
  }

  /** Publishes without waiting for the outcome, and resolves when it would survive a reload. */
  async publish(id: string): Promise<void> {
    await this.page.evaluate(
      `channel.publish(${JSON.stringify(id)}, { id: ${JSON.stringify(id)} }).catch(() => {})`
        // The promise of a publish that is never answered would keep the call waiting.
        .concat('; null'),
    );
    await eventually(`${id} is in the store`, () => this.page.evaluate(isKept(id)));
  }

  /** Publishes one after the other without waiting for anything, and reloads in that very turn. */
  async publishAndReload(ids: readonly string[]): Promise<void> {
    const navigated = this.page.waitForNavigation();
    await this.page.evaluate(
      `for (const id of ${JSON.stringify(ids)}) channel.publish(id, { id }).catch(() => {});
       location.reload()`,
    );
    await navigated;
    await this.untilReady();
  }

  async untilReady(): Promise<void> {
    await this.page.waitForFunction('window.isReady === true');
  }
}

/** Whether some part of the store holds a publish that was sent under that id. */
function isKept(id: string): string {
  return `new Promise((resolve, reject) => {
    const opened = indexedDB.open('shared', 1);
    opened.onerror = () => reject(opened.error);
    opened.onsuccess = () => {
      const all = opened.result.transaction('values').objectStore('values').getAll();
      all.onsuccess = () => {
        opened.result.close();
        resolve(all.result.some(({ request, firstSentAt }) =>
          request?.id === ${JSON.stringify(id)} && firstSentAt !== null));
      };
    };
  })`;
}
