import { describe, expect, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { decodeEntry, entryPrefix } from '../../../src/broker/log-entry.js';
import type { Publication } from '../../../src/broker/broker.port.js';
import {
  type Origin,
  publicationOf,
  type PublishRequest,
  requirePriority,
} from '../../../src/channels/publication-of.js';
import { DEFAULT_NAMESPACE } from '../../../src/config/policy-schema.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';

const CHANNEL = 'chat:lobby' as ChannelName;
const ann: Origin = { publisher: 'ann', from: { user: 'ann', name: 'Ann' } };
const request: PublishRequest = { id: 'a', data: { text: 'hi' }, headers: { k: 'v' } };

function publish(over: Partial<PublishRequest> = {}, origin = ann, now = 1_000): Publication {
  return publicationOf(CHANNEL, { ...request, ...over }, origin, DEFAULT_NAMESPACE, now);
}

/** What a reader will see of it. */
function entryOf({ draft }: Publication) {
  const prefix = entryPrefix('0'.repeat(16), '1'.repeat(16), '2'.repeat(16), 1);
  const entry = decodeEntry(Buffer.concat([Buffer.from(prefix), draft]));
  if (entry === null) throw new Error('no entry');
  return entry;
}

describe('the digest of the content', () => {
  const { contentDigest } = publish();

  test.each<[string, Publication]>([
    ['at another time', publish({}, ann, 2_000)],
    ['from another publisher', publish({}, { publisher: 'key:ops', from: null })],
    ['with another time to live', publish({ ttlMs: 5 })],
    ['without an echo', publish({}, { ...ann, own: 's1' })],
    ['with its default priority spelled out', publish({ priority: 'normal' })],
  ])('is the same %s', (_how, { contentDigest: other }) => {
    expect(other).toBe(contentDigest);
  });

  test.each<[string, Partial<PublishRequest>]>([
    ['data', { data: { text: 'ho' } }],
    ['headers', { headers: { k: 'w' } }],
    ['no headers', { headers: undefined }],
    ['another priority', { priority: 'high' }],
    ['a time of release', { releaseAt: 5_000 }],
    ['binary where there was none', { data: Buffer.from('{"text":"hi"}') }],
  ])('is another one with other %s', (_what, over) => {
    expect(publish(over).contentDigest).not.toBe(contentDigest);
  });

  test('of copies of a broadcast is the same in namespaces of other priorities', () => {
    const origin: Origin = { ...ann, broadcast: { id: 'b', receipt: 'none' } };
    const keyIn = (rules: Partial<typeof DEFAULT_NAMESPACE>) => {
      const policy = { ...DEFAULT_NAMESPACE, ...rules };
      return entryOf(publicationOf(CHANNEL, request, origin, policy, 1_000)).extra.broadcast;
    };
    expect(keyIn({ priority: 'high' })).toBe(keyIn({ priority: 'normal' }));
  });

  test('is another one when the same bytes are cut into other parts', () => {
    const [one, other] = [
      ['ab', 'c'],
      ['a', 'bc'],
    ].map((texts) => publish({ data: texts.map((text) => Buffer.from(text)) }).contentDigest);
    expect(other).not.toBe(one);
  });

  // The server chose it: a repeat chooses a later one, and is the same publish all the same.
  test('leaves out a time of release that the server chose', () => {
    const together: Origin = { ...ann, releaseTogether: true };
    const [one, other] = [5_000, 6_000].map(
      (releaseAt) => publish({ releaseAt }, together).contentDigest,
    );
    expect(other).toBe(one);
  });
});

describe('the draft', () => {
  test('says what subscribers and delivery must know', () => {
    const origin: Origin = {
      publisher: 'key:ops',
      from: null,
      own: 's1',
      except: ['bob'],
      broadcast: { id: 'b1', receipt: 'none' },
    };
    const published = publish({ priority: 'low', ttlMs: 50, releaseAt: 9_000 }, origin, 1_000.9);
    const entry = entryOf(published);
    expect(entry).toMatchObject({ at: 1_000, lane: 3, ttlMs: 50, releaseAt: 9_000, kind: 'm' });
    // A copy is recognised by its content and publisher too: another may use the same id.
    const broadcast = `b1 key:ops ${published.contentDigest}`;
    expect(entry.extra).toEqual({ own: 's1', except: ['bob'], broadcast });
    expect(published).toMatchObject({ channel: CHANNEL, publisher: 'key:ops', id: 'a', lane: 3 });
  });

  test('is whole with the tail that a sender adds, and without it no JSON', () => {
    const text = entryOf(publish()).text.toString();
    expect(() => JSON.parse(text.slice(2)) as unknown).toThrow(SyntaxError);
    const [event, message] = JSON.parse(`${text.slice(2)}}]`) as [string, object];
    expect(event).toBe('message');
    expect(message).toEqual({
      channel: CHANNEL,
      id: 'a',
      data: { text: 'hi' },
      at: 1_000,
      from: { user: 'ann', name: 'Ann' },
      headers: { k: 'v' },
    });
  });

  test('carries the binary parts beside the text', () => {
    const parts = [Buffer.from([0, 255]), Buffer.from('x')];
    expect(entryOf(publish({ data: parts })).parts).toEqual(parts);
  });
});

test('a socket may publish up to the highest priority of the namespace', () => {
  const policy = { ...DEFAULT_NAMESPACE, maxPriority: 'high' } as const;
  for (const allowed of [undefined, 'low', 'normal', 'high'] as const) {
    expect(() => requirePriority(allowed, policy)).not.toThrow();
  }
  const refusal = expect.objectContaining({ code: 'forbidden' });
  expect(() => requirePriority('critical', policy)).toThrow(refusal);
});
