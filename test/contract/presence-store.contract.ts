import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { CLAIM_MS, type PresenceStore, type Stay } from '../../src/presence/presence-store.port.js';
import type { ChannelName } from '../../src/protocol/channel-name.js';

export interface PresenceStoreUnderTest {
  readonly store: PresenceStore;
  end(): Promise<void>;
}

/** What every presence store promises. Each test has channels, sessions and holders of its own. */
export function presenceStoreContract(
  adapter: string,
  start: () => Promise<PresenceStoreUnderTest>,
): void {
  describe(`presence store contract: ${adapter}`, () => {
    let store: PresenceStore;
    let end: () => Promise<void>;

    beforeAll(async () => {
      ({ store, end } = await start());
    });

    afterAll(() => end());

    test('the first client of a user is a join, a second client and a second session are not', async () => {
      const channel = newChannel();
      const holder = await newHolder(store);
      const phone = stayOf(channel, { user: 'ann', client: 'phone', name: 'Ann' });
      const phoneAgain = stayOf(channel, { user: 'ann', client: 'phone' });
      const laptop = stayOf(channel, { user: 'ann', client: 'laptop' });

      expect(await store.enter(holder, phone, 1_000)).toEqual({
        channel,
        type: 'join',
        member: { user: 'ann', name: 'Ann', clients: 1, joinedAt: 1_000 },
      });
      expect(await store.enter(holder, phoneAgain, 1_001)).toBeNull();
      expect(await store.enter(holder, laptop, 1_002)).toBeNull();
      expect(await store.members(channel, 10)).toEqual({
        members: [{ user: 'ann', name: 'Ann', clients: 2, joinedAt: 1_000 }],
        total: 1,
      });
    });

    test('entering and leaving twice change nothing the second time', async () => {
      const channel = newChannel();
      const holder = await newHolder(store);
      const stay = stayOf(channel, { user: 'ann' });

      expect(await store.enter(holder, stay, 1)).toMatchObject({ type: 'join' });
      expect(await store.enter(holder, stay, 2)).toBeNull();
      expect(await store.leave(holder, stay)).toMatchObject({ type: 'leave' });
      expect(await store.leave(holder, stay)).toBeNull();
      expect(await store.members(channel, 10)).toEqual({ members: [], total: 0 });
    });

    test('a user leaves with the last client, told with what was known of it', async () => {
      const channel = newChannel();
      const holder = await newHolder(store);
      const phone = stayOf(channel, { user: 'ann', client: 'phone', name: 'Ann' });
      const laptop = stayOf(channel, { user: 'ann', client: 'laptop', name: 'Ann' });
      await store.enter(holder, phone, 5);
      await store.enter(holder, laptop, 6);
      await store.update({ channel, user: 'ann', client: 'phone', state: '"away"' });

      expect(await store.leave(holder, phone)).toBeNull();
      expect(await store.find(channel, 'ann')).toMatchObject({ clients: 1, joinedAt: 5 });
      expect(await store.leave(holder, laptop)).toEqual({
        channel,
        type: 'leave',
        member: { user: 'ann', name: 'Ann', clients: 0, joinedAt: 5, state: 'away' },
      });
      expect(await store.find(channel, 'ann')).toBeNull();
    });

    test('a client whose new session is with another holder does not leave with the old one', async () => {
      const channel = newChannel();
      const [before, after] = [await newHolder(store), await newHolder(store)];
      const old = stayOf(channel, { user: 'ann', client: 'phone' });
      const next = stayOf(channel, { user: 'ann', client: 'phone' });
      await store.enter(before, old, 1);

      expect(await store.enter(after, next, 2)).toBeNull();
      expect(await store.leave(before, old)).toBeNull();
      expect(await store.find(channel, 'ann')).toMatchObject({ clients: 1, joinedAt: 1 });
    });

    test('one session under two holders is there until both let it go', async () => {
      const channel = newChannel();
      const [before, after] = [await newHolder(store), await newHolder(store)];
      const stay = stayOf(channel, { user: 'ann' });
      await store.enter(before, stay, 1);

      expect(await store.enter(after, stay, 2)).toBeNull();
      expect(await store.leave(before, stay)).toBeNull();
      expect(await store.leave(after, stay)).toMatchObject({ type: 'leave' });
    });

    test('clients of one name are told apart by their users, whatever is in the names', async () => {
      const channel = newChannel();
      const holder = await newHolder(store);
      const ann = stayOf(channel, { user: 'ann', client: 'b c', name: 'ünï "{}\\ 😀' });
      const bee = stayOf(channel, { user: 'ann:b', client: 'c' });
      await store.enter(holder, ann, 1);
      await store.enter(holder, bee, 2);

      expect(await store.leave(holder, bee)).toMatchObject({ member: { user: 'ann:b' } });
      expect(await store.find(channel, 'ann')).toEqual({
        user: 'ann',
        name: 'ünï "{}\\ 😀',
        clients: 1,
        joinedAt: 1,
      });
    });

    test('a state comes back as it was set', async () => {
      const channel = newChannel();
      const holder = await newHolder(store);
      const state = {
        list: [],
        map: {},
        number: 1.5,
        big: 12_345_678_901_234_567_000,
        text: '\n"😀',
      };
      await store.enter(holder, stayOf(channel, { user: 'ann', client: 'phone' }), 1);
      const change = { channel, user: 'ann', client: 'phone', state: JSON.stringify(state) };

      expect(await store.update(change)).toEqual({
        channel,
        type: 'update',
        member: { user: 'ann', clients: 1, joinedAt: 1, state },
      });
      expect(await store.find(channel, 'ann')).toMatchObject({ state });
      expect(await store.update({ ...change, state: 'null' })).toMatchObject({
        member: { state: null },
      });
    });

    test('a state of a client that is not there is not taken', async () => {
      const channel = newChannel();
      const holder = await newHolder(store);
      await store.enter(holder, stayOf(channel, { user: 'ann', client: 'phone' }), 1);

      expect(await store.update({ channel, user: 'bob', client: 'phone', state: '1' })).toBeNull();
      expect(await store.update({ channel, user: 'ann', client: 'other', state: '1' })).toBeNull();
      expect(await store.find(channel, 'ann')).not.toHaveProperty('state');
    });

    test('a long list is cut, its total is not', async () => {
      const channel = newChannel();
      const holder = await newHolder(store);
      const users = Array.from({ length: 700 }, (_, index) => `user-${index}`);
      await Promise.all(users.map((user) => store.enter(holder, stayOf(channel, { user }), 1)));

      const { members, total } = await store.members(channel, 150);
      expect(total).toBe(700);
      expect(members).toHaveLength(150);
      expect(new Set(members.map(({ user }) => user)).size).toBe(150);
    });

    test('a lease is kept while its last end is known, and lost otherwise', async () => {
      const holder = randomUUID();
      const at = nextEra();

      expect(await store.renew({ holder, untilMs: at, previousMs: null })).toBe(true);
      expect(await store.renew({ holder, untilMs: at + 5, previousMs: at })).toBe(true);
      expect(await store.renew({ holder, untilMs: at + 9, previousMs: at })).toBe(false);
      await store.retire(holder, at);
      expect(await store.renew({ holder, untilMs: at + 9, previousMs: at + 5 })).toBe(false);
      await expelAll(store, holder);
    });

    test('a lease can be claimed when it has lapsed, by one claimant, and again when that one stalls', async () => {
      const at = nextEra();
      const holder = randomUUID();
      await store.renew({ holder, untilMs: at, previousMs: null });

      expect(await store.claim(at - 1)).toBeNull();
      const claims = await Promise.all([store.claim(at), store.claim(at), store.claim(at)]);
      expect(claims.filter((it) => it !== null)).toEqual([holder]);
      expect(await store.renew({ holder, untilMs: at + 9_000, previousMs: at })).toBe(false);
      expect(await store.claim(at + CLAIM_MS - 1)).toBeNull();
      expect(await store.claim(at + CLAIM_MS)).toBe(holder);
      await store.expel(holder, 10);
      expect(await store.claim(at + 100 * CLAIM_MS)).toBeNull();
    });

    test('expelling tells each user once who has nothing elsewhere, however many expel', async () => {
      const at = nextEra();
      const [dead, live] = [await newHolder(store, at), await newHolder(store)];
      const channels = [newChannel(), newChannel(), newChannel()];
      const stays = channels.flatMap((channel) =>
        ['ann', 'bob', 'cid'].map((user) => stayOf(channel, { user, client: user })),
      );
      for (const stay of stays) await store.enter(dead, stay, at);
      const back = stayOf(channels[0] ?? newChannel(), { user: 'bob', client: 'bob' });
      await store.enter(live, back, at);

      expect(await store.claim(at)).toBe(dead);
      const told = (await Promise.all([expelAll(store, dead), expelAll(store, dead)])).flat();
      const left = told.map(({ channel, type, member }) => `${type} ${channel} ${member.user}`);
      const expected = stays.filter(
        ({ channel, user }) => channel !== back.channel || user !== 'bob',
      );
      expect(left.sort()).toEqual(expected.map((it) => `leave ${it.channel} ${it.user}`).sort());
      expect(await store.find(back.channel, 'bob')).toMatchObject({ clients: 1 });
      expect(await store.claim(at + CLAIM_MS)).toBeNull();
    });

    test('a step of expelling is as long as asked', async () => {
      const at = nextEra();
      const holder = await newHolder(store, at);
      const channel = newChannel();
      for (const user of ['ann', 'bob', 'cid']) {
        await store.enter(holder, stayOf(channel, { user }), at);
      }

      expect(await store.claim(at)).toBe(holder);
      const first = await store.expel(holder, 2);
      expect(first.changes).toHaveLength(2);
      expect(first.more).toBe(true);
      expect((await store.members(channel, 10)).total).toBe(1);
      expect(await expelAll(store, holder)).toHaveLength(1);
      expect((await store.members(channel, 10)).total).toBe(0);
    });

    test('a session that came in after its holder was expelled goes when the holder is retired', async () => {
      // The holder stalls, is claimed and expelled, sends one more session, then finds its lease lost.
      const at = nextEra();
      const holder = await newHolder(store, at);
      const channel = newChannel();
      await store.enter(holder, stayOf(channel, { user: 'ann' }), at);
      await store.claim(at);
      await expelAll(store, holder);
      await store.enter(holder, stayOf(channel, { user: 'bob' }), at);

      await store.retire(holder, at);
      expect(await store.claim(at)).toBe(holder);
      expect(await expelAll(store, holder)).toMatchObject([
        { type: 'leave', member: { user: 'bob' } },
      ]);
    });
  });
}

/** Times that grow by more than any lease, so that no test claims what another one left behind. */
let era = 1_700_000_000_000;
function nextEra(): number {
  era += 1_000_000;
  return era;
}

function newChannel(): ChannelName {
  return `room:${randomUUID()}` as ChannelName;
}

/** Where no end is given, the lease outlives every era. */
async function newHolder(store: PresenceStore, untilMs = 9_000_000_000_000): Promise<string> {
  const holder = randomUUID();
  await store.renew({ holder, untilMs, previousMs: null });
  return holder;
}

function stayOf(
  channel: ChannelName,
  { user, client = user, name = null }: { user: string; client?: string; name?: string | null },
): Stay {
  return { channel, sessionId: randomUUID(), user, client, name };
}

async function expelAll(store: PresenceStore, holder: string) {
  const told = [];
  for (;;) {
    const { changes, more } = await store.expel(holder, 2);
    told.push(...changes);
    if (!more) return told;
  }
}
