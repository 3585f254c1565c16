import { expect, test } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BROKER } from '../../src/broker/broker.port.js';
import { ClusterModule } from '../../src/cluster/cluster.module.js';
import { ClusterService } from '../../src/cluster/cluster.service.js';
import { INSTANCE_REPORT } from '../../src/cluster/instance-report.port.js';
import { CONFIG } from '../../src/config/config.js';
import { PresenceModule } from '../../src/presence/presence.module.js';
import { PresenceService } from '../../src/presence/presence.service.js';
import { RedisConnection } from '../../src/redis/redis-connection.js';
import { eventually } from '../support/eventually.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { lobby, sessionOf } from '../unit/presence/presence-cluster.js';

/** What the application gives: a bus that carries nothing, and a report of no sessions. */
const surroundings = [
  { provide: BROKER, useValue: { now: () => Date.now(), note: async () => {} } },
  {
    provide: INSTANCE_REPORT,
    useValue: () => ({ sessions: 0, channels: 0, loopDelayMs: 0, outboxBytes: 0, state: 'ready' }),
  },
];

async function startApp(broker: 'memory' | 'redis', urls: string[]) {
  const redis = { urls, mode: 'standalone', sentinelName: null, prefix: 'wiring' };
  const config = { provide: CONFIG, useValue: { broker, instanceId: 'a', redis } };
  const own = [config, ...surroundings, ...(broker === 'redis' ? [RedisConnection] : [])];
  @Global()
  @Module({ providers: own, exports: own })
  class Surroundings {}
  const app = await Test.createTestingModule({
    imports: [Surroundings, PresenceModule, ClusterModule],
  }).compile();
  app.enableShutdownHooks([]);
  await app.init();
  return app;
}

async function worksFromStartToStop(broker: 'memory' | 'redis', urls: string[]): Promise<void> {
  const app = await startApp(broker, urls);
  const presence = app.get(PresenceService);
  const cluster = app.get(ClusterService);
  const session = sessionOf('ann');
  await presence.enter(session);
  await eventually('ann is in', async () => (await presence.members(lobby)).total === 1);
  await eventually('the instance is listed', async () => (await cluster.instances()).length === 1);
  const [instance] = await cluster.instances();
  expect(instance).toMatchObject({ id: 'a', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });

  await presence.leave(session.sessionId, lobby, { clean: true });
  expect(await presence.members(lobby)).toEqual({ members: [], total: 0 });
  await app.close();
}

test('the modules work in memory, without any connection', async () => {
  await worksFromStartToStop('memory', []);
});

describeWithRedis('with Redis', () => {
  test('the modules work over the shared connection', async () => {
    const { url } = await startRedis();
    await worksFromStartToStop('redis', [url]);
  });
});
