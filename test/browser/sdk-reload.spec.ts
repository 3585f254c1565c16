import { beforeAll, expect, test } from '@jest/globals';
import { FaultProxy } from '../faults/fault-proxy.js';
import { seededRandom } from '../../client/cli/src/verify/seeded-random.js';
import { rest } from '../integration/rest-call.js';
import { register } from '../support/actors.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { startChromium } from '../support/chromium.js';
import { eventually } from '../support/eventually.js';
import { describeWithChromium } from '../support/requires.js';
import { tokenFor } from '../support/token.js';
import { SdkTab, servePage, type TabAddress, TabReports } from './sdk-tab.js';

const SWALLOW = { kind: 'swallow' } as const;

/** Ids in the order stored, the last hundred. */
async function storedOn(server: CarillonProcess): Promise<string[]> {
  const { json } = await rest(server, 'GET', '/v1/channels/test:room/messages');
  return (json['messages'] as { id: string }[]).map(({ id }) => id);
}

async function startProxy(server: CarillonProcess): Promise<FaultProxy> {
  const proxy = await FaultProxy.start({
    name: 'the way to the server',
    target: () => server.port,
    random: seededRandom(1),
    note: () => undefined,
  });
  register({ name: proxy.name, end: () => proxy.end() });
  return proxy;
}

describeWithChromium('a page that reloads', () => {
  let server: CarillonProcess;
  let proxy: FaultProxy;
  let reports: TabReports;
  let tab: SdkTab;
  let at: TabAddress;

  const stored = () => storedOn(server);

  beforeAll(async () => {
    const page = await servePage();
    server = await startCarillon({ env: { CORS_ORIGINS: page } });
    proxy = await startProxy(server);
    reports = await TabReports.listen(await startChromium());
    at = { page, url: proxy.url, token: await tokenFor(server.secret, { sub: 'ann' }) };
    tab = await SdkTab.open(reports, { ...at, name: 'one' });
    await tab.say('first');
    await eventually('the first is shown', () => reports.of('heard').includes('first'));
  }, 60_000);

  test('with a publish that was stored and not answered: it is stored once, shown once', async () => {
    // Only the connections that are open now lose the way back.
    proxy.set('down', SWALLOW, () => true);
    await tab.publish('unanswered');
    await eventually('it is stored', async () => (await stored()).includes('unanswered'));
    expect(reports.of('heard')).toEqual(['first']);
    await tab.reload();
    await eventually('its outcome is told', () => reports.of('settled').length === 1);
    await eventually('it is shown', () => reports.of('heard').includes('unanswered'));
    expect(reports.of('settled')).toEqual(['unanswered stored']);
    expect(await stored()).toEqual(['first', 'unanswered']);
  });

  test('with publishes that never left: they are stored once, in order', async () => {
    proxy.set('up', SWALLOW, () => true);
    for (const id of ['lost 1', 'lost 2', 'lost 3']) await tab.publish(id);
    expect(await stored()).toEqual(['first', 'unanswered']);
    await tab.reload();
    await eventually('all is shown', () => reports.of('heard').includes('lost 3'));
    expect(await stored()).toEqual(['first', 'unanswered', 'lost 1', 'lost 2', 'lost 3']);
  });

  test('twice for nothing: nothing is stored or shown again', async () => {
    await tab.reload();
    await tab.reload();
    await tab.say('last');
    await eventually('the last is shown', () => reports.of('heard').includes('last'));
    const all = ['first', 'unanswered', 'lost 1', 'lost 2', 'lost 3', 'last'];
    expect(reports.of('heard')).toEqual(all);
    expect(await stored()).toEqual(all);
    expect(reports.of('gap')).toEqual([]);
  });

  test('beside another tab keeps its own client id and place', async () => {
    const other = await SdkTab.open(reports, { ...at, name: 'two' });
    const [before, another] = [await tab.client(), await other.client()];
    expect(another).not.toBe(before);
    await tab.reload();
    await other.reload();
    expect([await tab.client(), await other.client()]).toEqual([before, another]);
    await tab.say('for both');
    for (const name of ['one', 'two']) {
      await eventually(`tab ${name} shows it`, () =>
        reports.of('heard', name).includes('for both'),
      );
    }
    expect(reports.of('heard', 'two')).toEqual(['for both']);
    await other.page.close();
  });

  test('what a tab that was closed left is published by the one that stays', async () => {
    const other = await SdkTab.open(reports, { ...at, name: 'three' });
    proxy.set('up', SWALLOW, ({ number }) => number === proxy.links.at(-1)?.number);
    await other.publish('orphan');
    await other.page.close();
    await eventually('it is stored', async () => (await stored()).includes('orphan'), {
      deadlineMs: 25_000,
    });
    const outcomes = () => reports.of('settled', 'one').filter((said) => said.startsWith('orphan'));
    await eventually('its outcome is told', () => outcomes().length > 0);
    expect(outcomes()).toEqual(['orphan stored']);
    expect((await stored()).filter((id) => id === 'orphan')).toEqual(['orphan']);
  }, 40_000);
});

describeWithChromium('pages that may not use Web Locks', () => {
  test('share a store by leases: each has a client id of its own, and keeps it', async () => {
    const page = await servePage();
    const server = await startCarillon({ env: { CORS_ORIGINS: page } });
    const reports = await TabReports.listen(await startChromium());
    await reports.context.addInitScript(
      `Object.defineProperty(navigator, 'locks', { value: undefined })`,
    );
    const token = await tokenFor(server.secret, { sub: 'ann' });
    const one = await SdkTab.open(reports, { page, url: server.url, token, name: 'one' });
    const two = await SdkTab.open(reports, { page, url: server.url, token, name: 'two' });
    expect(await one.page.evaluate('navigator.locks === undefined')).toBe(true);
    const before = [await one.client(), await two.client()];
    expect(new Set(before).size).toBe(2);
    await one.reload();
    await two.reload();
    expect([await one.client(), await two.client()]).toEqual(before);
  }, 60_000);
});

describeWithChromium('a page that reloads in the turn in which it publishes', () => {
  test('has published all of it, once and in order', async () => {
    const page = await servePage();
    const server = await startCarillon({ env: { CORS_ORIGINS: page } });
    const reports = await TabReports.listen(await startChromium());
    const token = await tokenFor(server.secret, { sub: 'ann' });
    const tab = await SdkTab.open(reports, { page, url: server.url, token, name: 'one' });
    const ids = Array.from({ length: 100 }, (_, n) => `hasty ${n}`);
    for (let turn = 0; turn < 5; turn += 1) {
      await tab.publishAndReload(ids.slice(turn * 20, turn * 20 + 20));
    }
    // What a run was about to send is asked for one by one by the next.
    await eventually('the last is shown', () => reports.of('heard').includes('hasty 99'), {
      deadlineMs: 40_000,
    });
    // Not what was heard: the word of a page that is about to end may not reach the test.
    expect(await storedOn(server)).toEqual(ids);
  }, 100_000);
});
