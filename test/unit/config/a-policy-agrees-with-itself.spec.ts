import { describe, expect, test } from '@jest/globals';
import { dataRoom, packetFor } from '../../../src/config/packet-room.js';
import { PRIORITIES } from '../../../src/protocol/priority.js';
import { configOf, problemsOf, production } from './config-of.js';

const chat = (fields: object, name = 'chat') => ({ namespaces: { [name]: fields } });

describe('what has no priority is not above the highest that a client may give', () => {
  test.each([
    ['both are named', { priority: 'critical', maxPriority: 'high' }, 'high', 'critical'],
    ['the highest is the default', { priority: 'critical' }, 'high', 'critical'],
    ['the priority is the default', { maxPriority: 'low' }, 'low', 'normal'],
    ['a grant is needed', { publish: 'granted', maxPriority: 'low' }, 'low', 'normal'],
  ])('%s', (_what, fields, most, priority) => {
    expect(problemsOf({}, chat(fields))).toEqual([
      `CARILLON_CONFIG: namespaces.chat.maxPriority is "${most}", but a publish that names no priority is "${priority}" there: set priority to "${most}", or maxPriority to "${priority}"`,
    ]);
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
  test('or the start is refused, with what there is room for and what it would need', () => {
    const policy = chat({ maxMessageBytes: 4_194_304 });
    const problems = problemsOf({}, policy);
    expect(problems).toEqual([
      expect.stringMatching(
        /^CARILLON_CONFIG: namespaces\.chat\.maxMessageBytes is 4194304, but MAX_PACKET_BYTES is 1048576, /,
      ),
    ]);
    const [room, packet] = [...problems.join().matchAll(/to (\d+) at (?:most|least)/g)].map(
      ([, bytes]) => Number(bytes),
    );
    expect(problemsOf({}, chat({ maxMessageBytes: room }))).toEqual([]);
    expect(problemsOf({}, chat({ maxMessageBytes: Number(room) + 1 })).length).toBe(1);
    expect(problemsOf({ MAX_PACKET_BYTES: String(packet) }, policy)).toEqual([]);
    expect(problemsOf({ MAX_PACKET_BYTES: String(Number(packet) - 1) }, policy).length).toBe(1);
  });

  test('over long polling binary is a third longer', () => {
    const TRANSPORTS = 'websocket,polling';
    const policy = chat({ maxMessageBytes: 900_000 });
    expect(problemsOf({}, policy)).toEqual([]);
    expect(problemsOf({ TRANSPORTS }, policy)).toEqual([
      expect.stringContaining('set maxMessageBytes to 786429 at most'),
    ]);
    expect(problemsOf({ TRANSPORTS }, chat({ maxMessageBytes: 786_429 }))).toEqual([]);
  });

  test('no packet is advised that could not be set', () => {
    const [line] = problemsOf({}, chat({ maxMessageBytes: 104_857_600 }));
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
