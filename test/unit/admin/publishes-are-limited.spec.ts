import { describe, expect, test } from '@jest/globals';
import { ChannelsService } from '../../../src/channels/channels.service.js';
import { IntakeService } from '../../../src/limits/intake.service.js';
import type { PublishReply } from '../../../src/protocol/commands/publish.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import { startRestApp } from './rest-app.js';

const reply: PublishReply = {
  id: 'm1',
  channel: 'chat:lobby',
  epoch: 'e',
  offset: 1,
  at: 5,
  duplicate: false,
};

describe('the headers of a limit', () => {
  test('tell what is left, also with the answer of a publish that passed', async () => {
    const channels: Partial<ChannelsService> = {
      publishAs: async () => reply,
      allowance: () => ({ limit: 20, remaining: 7, waitMs: 0 }),
    };
    const rest = await startRestApp({ channels });
    const answer = await rest.call('POST', '/v1/channels/chat:lobby/messages', {
      body: { data: 1 },
    });
    expect(answer.status).toBe(201);
    expect(limitsOf(answer.headers)).toEqual({ limit: '20', remaining: '7', reset: '0' });
    expect(answer.headers.get('retry-after')).toBeNull();
  });

  test('tell when to come back with a refusal, in whole seconds', async () => {
    const channels: Partial<ChannelsService> = {
      publishAs: async () => {
        throw new CarillonError('rate_limited', 'Later.', { retryAfterMs: 1_200 });
      },
      allowance: () => ({ limit: 20, remaining: 0, waitMs: 1_200 }),
    };
    const rest = await startRestApp({ channels });
    const answer = await rest.call('POST', '/v1/channels/chat:lobby/messages', {
      body: { data: 1 },
    });
    expect(answer.status).toBe(429);
    expect(answer.json).toMatchObject({ code: 'rate_limited', retryAfterMs: 1_200 });
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(limitsOf(answer.headers)).toEqual({ limit: '20', remaining: '0', reset: '2' });
  });

  test('are not there where nothing is limited', async () => {
    const rest = await startRestApp({ channels: { publishAs: async () => reply } });
    const answer = await rest.call('POST', '/v1/channels/chat:lobby/messages', {
      body: { data: 1 },
    });
    expect(limitsOf(answer.headers)).toEqual({ limit: null, remaining: null, reset: null });
  });

  test('of a batch are those of the nearest limit of its namespaces', async () => {
    const left: Readonly<Record<string, number>> = { 'chat:a': 9, 'news:a': 2, 'bulk:a': 5 };
    const channels: Partial<ChannelsService> = {
      publishAs: async () => reply,
      allowance: (_principal, channel) => ({
        limit: 10,
        remaining: left[channel] ?? 0,
        waitMs: 0,
      }),
    };
    const rest = await startRestApp({ channels });
    const items = Object.keys(left).map((channel) => ({ channel, data: 1 }));
    const answer = await rest.call('POST', '/v1/messages', { body: { items } });
    expect(answer.status).toBe(207);
    expect(limitsOf(answer.headers)).toMatchObject({ limit: '10', remaining: '2' });
  });
});

describe('an instance that takes nothing new', () => {
  const refuse = (code: 'draining' | 'overloaded') => (): never => {
    throw new CarillonError(code, 'Not now.', { retryAfterMs: 1_500 });
  };
  /** As the policy has it: what is for `alarm` is critical by itself. */
  const priorityOf: ChannelsService['priorityOf'] = ({ channel, priority }) =>
    priority ?? (channel.startsWith('alarm:') ? 'critical' : 'normal');
  const allowingOnlyCritical: IntakeService['requirePublish'] = (priorityOf) => {
    if (priorityOf() !== 'critical') refuse('overloaded')();
  };

  test.each([
    ['/v1/channels/chat:lobby/messages', { data: 1 }],
    ['/v1/messages', { items: [{ channel: 'chat:lobby', data: 1 }] }],
    ['/v1/broadcasts', { audience: { everyone: true }, data: 1 }],
  ])('refuses POST %s as draining, and lets the connection go', async (path, body) => {
    let published = 0;
    const channels: Partial<ChannelsService> = {
      publishAs: async () => {
        published += 1;
        return reply;
      },
    };
    const rest = await startRestApp({ channels, intake: { requireOpen: refuse('draining') } });
    const answer = await rest.call('POST', path, { body });
    expect(answer.status).toBe(503);
    expect(answer.json).toMatchObject({ code: 'draining', retryable: true });
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.headers.get('connection')).toBe('close');
    expect(published).toBe(0);
  });

  test.each([
    ['/v1/channels/chat:lobby/messages', { data: 1, priority: 'high' }],
    ['/v1/broadcasts', { audience: { everyone: true }, data: 1 }],
  ])('refuses POST %s as overloaded with a Retry-After', async (path, body) => {
    const intake = { requirePublish: allowingOnlyCritical };
    const rest = await startRestApp({ intake, channels: { priorityOf } });
    const answer = await rest.call('POST', path, { body });
    expect(answer.status).toBe(503);
    expect(answer.json).toMatchObject({ code: 'overloaded' });
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  test('takes what is critical while it is overloaded', async () => {
    const sent: string[] = [];
    const rest = await startRestApp({
      intake: { requirePublish: allowingOnlyCritical },
      channels: {
        priorityOf,
        publishAs: async (_principal, { channel }) => {
          sent.push(channel);
          return reply;
        },
      },
      broadcasts: {
        send: async (_principal, { id }) => {
          sent.push(id ?? '');
          throw new CarillonError('unavailable', 'It came through.');
        },
      },
    });
    const urgent = { data: 1, priority: 'critical' };
    await rest.call('POST', '/v1/channels/chat:lobby/messages', { body: urgent });
    const audience = { everyone: true };
    await rest.call('POST', '/v1/broadcasts', { body: { ...urgent, audience, id: 'b1' } });
    await rest.call('POST', '/v1/channels/alarm:fire/messages', { body: { data: 1 } });
    expect(sent).toEqual(['chat:lobby', 'b1', 'alarm:fire']);
  });

  test('answers each item of a batch for itself while it is overloaded', async () => {
    const channels: Partial<ChannelsService> = {
      priorityOf,
      publishAs: async () => reply,
      allowance: () => null,
    };
    const intake = { requirePublish: allowingOnlyCritical };
    const rest = await startRestApp({ intake, channels });
    const items = [
      { channel: 'chat:lobby', data: 1 },
      { channel: 'chat:lobby', data: 1, priority: 'critical' },
      { channel: 'alarm:fire', data: 1 },
    ];
    const answer = await rest.call('POST', '/v1/messages', { body: { items } });
    expect(answer.status).toBe(207);
    expect(answer.json).toMatchObject({
      items: [{ status: 503, code: 'overloaded' }, { status: 201 }, { status: 201 }],
    });
  });

  test('still tells a stranger that it is one', async () => {
    const rest = await startRestApp({ intake: { requireOpen: refuse('draining') } });
    const answer = await rest.call('POST', '/v1/messages', { body: {}, key: null });
    expect(answer.status).toBe(401);
  });

  test('still answers what only reads', async () => {
    const cluster = { instances: async () => [] };
    const rest = await startRestApp({ cluster, intake: { requireOpen: refuse('draining') } });
    expect((await rest.call('GET', '/v1/instances')).status).toBe(200);
  });
});

function limitsOf(headers: Headers) {
  return {
    limit: headers.get('ratelimit-limit'),
    remaining: headers.get('ratelimit-remaining'),
    reset: headers.get('ratelimit-reset'),
  };
}
