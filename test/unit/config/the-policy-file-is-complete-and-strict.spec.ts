import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../../src/config/read-config.js';
import { namespacePolicy } from '../../../src/config/namespace-policy.js';
import { ConfigError } from '../../../src/config/config-error.js';
import { configOf, problemsOf, production } from './config-of.js';

describe('what the file leaves out has its default', () => {
  test('field by field, also inside history and rate', () => {
    const { policy } = configOf(
      {},
      { namespaces: { chat: { publish: 'server', history: { size: 5 }, rate: { burst: 7 } } } },
    );
    expect(policy.namespaces['chat']).toEqual({
      subscribe: 'anyone',
      publish: 'server',
      presence: true,
      history: { size: 5, ttlSeconds: 86_400, maxBytes: 4_194_304 },
      dedupSeconds: 600,
      priority: 'normal',
      maxPriority: 'high',
      maxMessageBytes: 65_536,
      rate: { perSecond: 50, burst: 7 },
      userRate: null,
      totalRate: null,
      replicas: 0,
    });
  });

  test('the namespaces of the server keep 100 messages unless the file says otherwise', () => {
    const { namespaces } = configOf(
      {},
      { namespaces: { $user: { history: { ttlSeconds: 60 } }, $tag: { history: { size: 9 } } } },
    ).policy;
    expect(namespaces['$user']?.history).toMatchObject({ size: 100, ttlSeconds: 60 });
    expect(namespaces['$tag']?.history.size).toBe(9);
    expect(namespaces['$everyone']?.history.size).toBe(100);
  });

  test('an empty file is a good one', () => {
    expect(configOf({}, {}).policy).toEqual(configOf().policy);
  });
});

describe('a namespace that is not named', () => {
  test('has the defaults outside production, one and the same object for all', () => {
    const { policy } = configOf();
    expect(namespacePolicy(policy, 'anything')).toBe(policy.fallback);
    expect(namespacePolicy(policy, 'anything else')).toBe(policy.fallback);
    expect(namespacePolicy(policy, 'constructor')).toBe(policy.fallback);
    expect(policy.fallback).not.toBeNull();
  });

  test('is forbidden in production, also by a name that every object has', () => {
    const { policy } = configOf(production, { namespaces: { chat: {} } });
    expect(namespacePolicy(policy, 'chat')).not.toBeNull();
    for (const name of ['news', 'constructor', '__proto__', 'toString', '$service']) {
      expect(namespacePolicy(policy, name)).toBeNull();
    }
  });

  test('of the server is never given the defaults of client channels', () => {
    expect(namespacePolicy(configOf().policy, '$service')).toBeNull();
  });
});

describe('a slip is refused with its place, what was found, and the fix', () => {
  const at = (fields: unknown) => ({ namespaces: { chat: fields } });
  test.each<[unknown, string]>([
    [[], 'the file is a list: give an object'],
    [null, 'the file is null: give an object'],
    [{ namespace: {} }, 'the file has an unknown field "namespace": remove it'],
    [{ namespaces: [] }, 'namespaces is a list: give an object'],
    [{ namespaces: { 'a:b': {} } }, 'namespaces.a:b is no namespace'],
    [{ namespaces: { $service: {} } }, 'namespaces.$service is no namespace'],
    [at(5), 'namespaces.chat is 5: give an object'],
    [at({ publsh: 'anyone' }), 'namespaces.chat has an unknown field "publsh": remove it'],
    [at({ history: { max: 5 } }), 'namespaces.chat.history has an unknown field "max"'],
    [at({ publish: 'nobody' }), 'namespaces.chat.publish is "nobody": give "anyone"'],
    [at({ presence: 'true' }), 'namespaces.chat.presence is "true": give true or false'],
    [at({ dedupSeconds: '5' }), 'namespaces.chat.dedupSeconds is "5": give a whole number from 1'],
    [at({ dedupSeconds: -5 }), 'namespaces.chat.dedupSeconds is -5: give a whole number from 1'],
    [at({ history: { size: 1.5 } }), 'namespaces.chat.history.size is 1.5: give a whole number'],
    [at({ history: { size: null } }), 'namespaces.chat.history.size is null: give a whole number'],
    [at({ rate: { perSecond: 0 } }), 'namespaces.chat.rate.perSecond is 0: give a number above 0'],
    [at({ userRate: { perSecond: 5 } }), 'namespaces.chat.userRate.burst is undefined: give a'],
    [at({ totalRate: { burst: 5 } }), 'namespaces.chat.totalRate.perSecond is undefined: give a'],
    [at({ totalRate: { perSecond: 5, burst: 0 } }), 'namespaces.chat.totalRate.burst is 0: give'],
    [at({ userRate: null }), 'namespaces.chat.userRate is null: give an object'],
    [at({ priority: 'urgent' }), 'namespaces.chat.priority is "urgent": give "critical"'],
    [at({ replicas: 99 }), 'namespaces.chat.replicas is 99: give a whole number from 0 to 16'],
  ])('%j', (policy, line) => {
    expect(problemsOf({}, policy)).toEqual([expect.stringContaining(`CARILLON_CONFIG: ${line}`)]);
  });

  test('a file that is not JSON is told by place and never quoted', () => {
    const [line, ...others] = problemsOf({}, '{\n  "canary": nope }');
    expect(others).toEqual([]);
    expect(line).toMatch(/^CARILLON_CONFIG is not JSON( \(line 2, column \d+\))?: mend/);
    expect(line).not.toContain('canary');
  });

  test('a file that cannot be read is told with its path and the reason', () => {
    const read = () =>
      readConfig({ CARILLON_CONFIG: '/none.json' }, () => {
        throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow('CARILLON_CONFIG is "/none.json": the file cannot be read (ENOENT)');
  });
});

test('a byte order mark at the start of the file does not matter', () => {
  expect(problemsOf({}, '\uFEFF{}')).toEqual([]);
});
