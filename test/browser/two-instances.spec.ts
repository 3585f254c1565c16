import { beforeAll, expect, test } from '@jest/globals';
import { rest } from '../integration/rest-call.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithChromium, describeWithRedis } from '../support/requires.js';
import { ChatVisit } from './chat-visit.js';
import { pngOf } from './png.js';

describeWithRedis('on two instances', () => {
  describeWithChromium('two people in the chat room', () => {
    let redisUrl: string;
    let bobPort: string;
    let atA: CarillonProcess;
    let atB: CarillonProcess;
    let ann: ChatVisit;
    let bob: ChatVisit;

    const startB = () =>
      startCarillon({ redisUrl, env: { DEMO: 'true', INSTANCE_ID: 'b', PORT: bobPort } });

    beforeAll(async () => {
      redisUrl = (await startRedis()).url;
      bobPort = String(await freePort());
      [atA, atB] = await Promise.all([
        startCarillon({ redisUrl, env: { DEMO: 'true', INSTANCE_ID: 'a' } }),
        startB(),
      ]);
      [ann, bob] = await Promise.all([
        ChatVisit.begin(atA.url, 'Ann'),
        ChatVisit.begin(atB.url, 'Bob', { width: 360, height: 740 }),
      ]);
    }, 60_000);

    test('see each other and are in the same room', async () => {
      expect(await ann.hook('room-title').textContent()).toBe(
        await bob.hook('room-title').textContent(),
      );
      await ann.shows('members', 'Bob');
      await ann.shows('members', 'Ann');
      await bob.page.getByRole('button', { name: /^Show people/ }).click();
      await bob.shows('members', 'Ann');
      await bob.page.keyboard.press('Escape');
    });

    test('read what the other writes, once', async () => {
      await ann.say('hello from A');
      await bob.shows('message', 'hello from A');
      await bob.say('<b>hello</b> from B & "back"');
      await ann.shows('message', '<b>hello</b> from B & "back"');
      expect(await ann.hook('message').count()).toBe(2);
      expect(await bob.hook('message').count()).toBe(2);
    });

    test('see the picture that the other sends', async () => {
      await ann.page.locator('input[type=file]').setInputFiles({
        name: 'red.png',
        mimeType: 'image/png',
        buffer: pngOf(24, 16, [200, 30, 30]),
      });
      expect(await bob.picture()).toEqual({ width: 24, height: 16 });
      expect(await ann.picture()).toEqual({ width: 24, height: 16 });
    });

    test('both see what an administrator says to everyone', async () => {
      const body = { audience: { everyone: true }, data: { text: 'Closing at ten' } };
      expect(await rest(atB, 'POST', '/v1/broadcasts', { body })).toMatchObject({ status: 202 });
      await Promise.all([
        ann.shows('banner', 'Closing at ten'),
        bob.shows('banner', 'Closing at ten'),
      ]);
    });

    test('have no horizontal scroll at 360 px', async () => {
      expect(await bob.page.evaluate('window.innerWidth')).toBe(360);
      expect(await bob.overflow()).toBe(0);
      await bob.say('a'.repeat(500));
      await bob.shows('message', 'a'.repeat(500));
      expect(await bob.overflow()).toBe(0);
      await ann.shows('message', 'a'.repeat(500));
      expect(await ann.overflow()).toBe(0);
    });

    test('whose instance is killed are told, and get what they missed when it is back', async () => {
      expect(ann.problems).toEqual([]);
      expect(bob.problems).toEqual([]);
      atB.kill('SIGKILL');
      await atB.exited;
      await bob.shows('connection-state', 'Offline');
      await bob.say('written while offline');
      await ann.say('said in the meantime');
      expect(await ann.hook('connection-state').textContent()).toBe('Connected');

      atB = await startB();
      await bob.shows('connection-state', 'Connected', 20_000);
      await bob.shows('message', 'said in the meantime');
      await ann.shows('message', 'written while offline');
      const missed = bob.hook('message').filter({ hasText: 'said in the meantime' });
      expect(await missed.count()).toBe(1);
      await ann.say('all well');
      await bob.shows('message', 'all well');
      // That a connection was refused is all that the browser may have said.
      expect(
        bob.problems.filter((text) => !/ERR_CONNECTION|WebSocket connection/.test(text)),
      ).toEqual([]);
      expect(ann.problems).toEqual([]);
    }, 60_000);
  });
});
