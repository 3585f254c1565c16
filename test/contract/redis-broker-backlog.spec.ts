import { expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Broker } from '../../src/broker/broker.port.js';
import type { ChannelName } from '../../src/protocol/channel-name.js';
import { eventually } from '../support/eventually.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { newChannel, publication } from './broker-under-test.js';
import { startReadyRedisBroker } from './redis-broker-start.js';
import { startThreeShards } from './three-shards.js';

// The outages are made on purpose: what is logged of them would hide what is not.
Logger.overrideLogger(false);

const TEXT = 'x'.repeat(1_048_576);
/** So many of that size are all that may be on its way to the store, but for what is `critical`. */
const FULL = 58;

interface Backlog {
  readonly broker: Broker;
  readonly channel: ChannelName;
  readonly server: RedisServer;
}

async function onOneServer(): Promise<Backlog> {
  const server = await startRedis();
  const { broker } = await startReadyRedisBroker(server.url);
  return { broker, channel: newChannel(), server };
}

async function onThreeShards(): Promise<Backlog> {
  const { urls, shards } = await startThreeShards();
  const { broker } = await startReadyRedisBroker(urls[0] ?? '', { mode: 'cluster', urls });
  return { broker, channel: shards[1].channel(), server: shards[1].server };
}

/** What became of as many publishes as may be on their way, each with an id of its own. */
async function publishAll({ broker, channel }: Backlog): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: FULL }, (_, index) =>
      broker.append(publication(channel, { id: String(index), text: TEXT })).then(
        ({ outcome }) => outcome,
        (error: { code: string }) => error.code,
      ),
    ),
  );
}

const starts = [
  ['one server', onOneServer],
  ['three shards', onThreeShards],
] as const;

describeWithRedis('a broker whose Redis does not answer in time', () => {
  test.each(starts)(
    'on %s: counts what it gave up until the late replies, and has room again',
    async (_what, start) => {
      const backlog = await start();
      const { broker, channel, server } = backlog;
      // Else the late replies would be that the script is not known there.
      await broker.append(publication(channel));
      server.kill('SIGSTOP');
      expect(new Set(await publishAll(backlog))).toEqual(new Set(['unavailable']));
      const refusal = expect.objectContaining({ code: 'overloaded' });
      await expect(broker.append(publication(channel))).rejects.toEqual(refusal);

      server.kill('SIGCONT');
      const publish = () => broker.append(publication(channel)).catch(() => null);
      await eventually('there is room', async () => (await publish())?.outcome === 'stored');
      await eventually('ready', () => broker.isReady());
      await allFitsAgain(backlog);
    },
  );

  test.each(starts)(
    'on %s: lets go of what it gave up with its connection',
    async (_what, start) => {
      const backlog = await start();
      const { broker, channel, server } = backlog;
      server.kill('SIGSTOP');
      expect(new Set(await publishAll(backlog))).toEqual(new Set(['unavailable']));
      const refused = () => broker.append(publication(channel)).catch(codeOf);
      await eventually('it has closed', async () => (await refused()) === 'unavailable');
      server.kill('SIGCONT');
      await eventually('ready', () => broker.isReady(), { deadlineMs: 5_000 });
      // A cluster is ready when any shard answers: this one is led to again when it does.
      const publish = () => broker.append(publication(channel)).catch(() => null);
      await eventually('its shard is back', async () => (await publish())?.outcome === 'stored');
      await allFitsAgain(backlog);
    },
  );
});

/**
 * Nothing of what was given up is counted any more: as much as may be on its way is taken again.
 * What becomes of it then is not the claim: some was stored before, and where the machine is busy
 * so many bytes may need longer than the store is waited for.
 */
async function allFitsAgain(backlog: Backlog): Promise<void> {
  expect(await publishAll(backlog)).not.toContain('overloaded');
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
}
