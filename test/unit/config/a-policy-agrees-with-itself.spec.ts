import { describe, expect, test } from '@jest/globals';
import { dataRoom, packetFor } from '../../../src/config/packet-room.js';
import { PRIORITIES } from '../../../src/protocol/priority.js';
import { configOf, problemsOf, production } from './config-of.js';

const chat = (fields: object, name = 'chat') => ({ namespaces: { [name]: fields } });

describe('what has no priority is not above the highest that a client may give', () => {
  test.each([
    ['by anyone', { priority: 'critical', maxPriority: 'high' }, 'high', 'critical'],
    ['a grant', { publish: 'granted', priority: 'normal', maxPriority: 'low' }, 'low', 'normal'],
  ])('or the start is refused: %s', (_what, fields, most, priority) => {
    expect(problemsOf({}, chat(fields))).toEqual([
      `CARILLON_CONFIG: namespaces.chat.maxPriority is "${most}", but a publish that names no priority is "${priority}" there: set priority to "${most}", or maxPriority to "${priority}"`,
    ]);
  });

  test.each([
    [{ priority: 'critical' }, { priority: 'critical', maxPriority: 'critical' }],
    [{ priority: 'low' }, { priority: 'low', maxPriority: 'high' }],
    [{ maxPriority: 'low' }, { priority: 'low', maxPriority: 'low' }],
    [{ maxPriority: 'critical' }, { priority: 'normal', maxPriority: 'critical' }],
    [{}, { priority: 'normal', maxPriority: 'high' }],
  ])('where %j is named the other follows', (fields, both) => {
    expect(configOf({}, chat(fields)).policy.namespaces['chat']).toMatchObject(both);
  });

  test.each(PRIORITIES.flatMap((one) => PRIORITIES.map((other) => [one, other] as const)))(
    'priority %s and maxPriority %s',
    (priority, maxPriority) => {
      const isAbove = PRIORITIES.indexOf(priority) < PRIORITIES.indexOf(maxPriority);
      expect(problemsOf({}, chat({ priority, maxPriority })).length).toBe(isAbove ? 1 : 0);
    },
  );

  test('but where no socket publishes it may be any', () => {
    expect(problemsOf({}, chat({ publish: 'server', priority: 'critical' }))).toEqual([]);
    for (const name of ['$everyone', '$user', '$tag']) {
      expect(problemsOf({}, chat({ priority: 'critical' }, name))).toEqual([]);
    }
  });
});

describe('data as long as it may be has room in a packet', () => {
  test('where nobody has set how long a packet may be, which grows with it', () => {
    const packetOf = (env: Record<string, string>, fields: object): number =>
      configOf(env, chat(fields)).maxPacketBytes;
    expect(packetOf({}, {})).toBe(1_048_576);
    expect(packetOf({}, { maxMessageBytes: 4_194_304 })).toBe(packetFor(4_194_304, false));
    const TRANSPORTS = 'websocket,polling';
    expect(packetOf({ TRANSPORTS }, { maxMessageBytes: 900_000 })).toBe(packetFor(900_000, true));
    expect(packetOf({}, { publish: 'server', maxMessageBytes: 4_194_304 })).toBe(1_048_576);
    expect(packetOf({}, { maxMessageBytes: 104_857_600 })).toBe(104_857_600);
  });

  test('or the start is refused, with what there is room for and what it would need', () => {
    const policy = chat({ maxMessageBytes: 4_194_304 });
    const env = { MAX_PACKET_BYTES: '1048576' };
    const problems = problemsOf(env, policy);
    expect(problems).toEqual([
      expect.stringMatching(
        /^CARILLON_CONFIG: namespaces\.chat\.maxMessageBytes is 4194304, but MAX_PACKET_BYTES is 1048576, /,
      ),
    ]);
    const [room, packet] = [...problems.join().matchAll(/to (\d+) at (?:most|least)/g)].map(
      ([, bytes]) => Number(bytes),
    );
    expect(room).toBe(dataRoom(1_048_576, false));
    expect(packet).toBe(packetFor(4_194_304, false));
    // What has no room for the longest headers is not refused: nearly nobody sends them.
    expect(problemsOf(env, chat({ maxMessageBytes: 1_048_576 }))).toEqual([]);
    expect(problemsOf(env, chat({ maxMessageBytes: 1_048_577 })).length).toBe(1);
  });

  test('over long polling binary is a third longer', () => {
    const TRANSPORTS = 'websocket,polling';
    const env = { TRANSPORTS, MAX_PACKET_BYTES: '1048576' };
    expect(problemsOf(env, chat({ maxMessageBytes: 1_100_000 }))).toEqual([
      expect.stringContaining('set maxMessageBytes to 786429 at most'),
    ]);
  });

  test('no packet is advised that could not be set', () => {
    const env = { MAX_PACKET_BYTES: '1048576' };
    const [line] = problemsOf(env, chat({ maxMessageBytes: 104_857_600 }));
    expect(line).toMatch(/set maxMessageBytes to \d+ at most$/);
  });

  test('but where no socket publishes it may be longer', () => {
    const maxMessageBytes = 4_194_304;
    expect(problemsOf({}, chat({ publish: 'server', maxMessageBytes }))).toEqual([]);
    expect(problemsOf({}, chat({ maxMessageBytes }, '$everyone'))).toEqual([]);
  });

  test('a packet that was refused already is not compared with anything', () => {
    const policy = chat({ maxMessageBytes: 4_194_304 });
    expect(problemsOf({ MAX_PACKET_BYTES: 'x' }, policy)).toEqual([
      expect.stringMatching(/^MAX_PACKET_BYTES is "x"/),
    ]);
  });

  test('where the file names no length it is the default, or what there is room for', () => {
    const policy = { namespaces: { chat: {}, own: { maxMessageBytes: 65_536 } } };
    const large = configOf({ MAX_PACKET_BYTES: '131072' }, policy).policy;
    expect(large.fallback?.maxMessageBytes).toBe(65_536);
    const env = { MAX_PACKET_BYTES: '16384' };
    expect(problemsOf(env, policy)).toEqual([
      expect.stringContaining('namespaces.own.maxMessageBytes is 65536'),
    ]);
    const { namespaces, fallback } = configOf(env, {
      namespaces: { chat: {}, news: { publish: 'server' } },
    }).policy;
    expect(fallback?.maxMessageBytes).toBe(8_192);
    expect(namespaces['chat']?.maxMessageBytes).toBe(8_192);
    expect(namespaces['news']?.maxMessageBytes).toBe(65_536);
    expect(namespaces['$user']?.maxMessageBytes).toBe(65_536);
    expect(configOf({ ...production, ...env }).policy.fallback).toBeNull();
  });

  test.each([false, true])('the one is the inverse of the other (polling: %s)', (isPolled) => {
    for (const packet of [
      1_024, 4_096, 215_000, 216_000, 430_463, 430_464, 1_048_576, 104_857_600,
    ]) {
      const room = dataRoom(packet, isPolled);
      expect(room).toBeGreaterThan(0);
      expect(packetFor(room, isPolled)).toBeLessThanOrEqual(packet);
      expect(packetFor(room + 1, isPolled)).toBeGreaterThan(packet);
    }
  });
});
