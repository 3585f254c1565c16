import { CODES } from '@carillon/protocol/codes.js';
import type { Replies as ProtocolReplies } from '@carillon/protocol/commands.js';
import type { Pushes as ProtocolPushes } from '@carillon/protocol/pushes.js';
import { PRIORITIES as PROTOCOL_PRIORITIES } from '@carillon/protocol/priority.js';
import { COMMANDS } from '@carillon/protocol/commands.js';
import { describe, expect, test } from '@jest/globals';
import { type Code, isRetryable } from '../src/codes.js';
import { PRIORITIES } from '../src/message.js';
import type { Pushes, Replies, Requests } from '../src/wire.js';

/** Holds at compile time: each can stand where the other is wanted. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const pushesAgree: Same<Pushes, ProtocolPushes> = true;
const repliesAgree: Same<Replies, ProtocolReplies> = true;

describe('the SDK and the protocol', () => {
  test('know the same pushes and replies', () => {
    expect([pushesAgree, repliesAgree]).toEqual([true, true]);
  });

  test('know the same codes, and agree on what may be tried again', () => {
    for (const [code, { retryable }] of Object.entries(CODES)) {
      expect([code, isRetryable(code as Code)]).toEqual([code, retryable]);
    }
  });

  test('know the same priorities', () => {
    expect(PRIORITIES).toEqual(PROTOCOL_PRIORITIES);
  });

  const requests: Requests = {
    subscribe: { channel: 'a', since: 'p', rewind: 3 },
    unsubscribe: { channel: 'a' },
    publish: {
      channel: 'a',
      id: 'x',
      data: 1,
      priority: 'low',
      ttlMs: 1,
      headers: { a: 'b' },
      releaseAt: 1,
      echo: false,
    },
    history: { channel: 'a', before: 'p', limit: 3 },
    presence: { channel: 'a' },
    'presence.update': { channel: 'a', state: {} },
    acknowledge: { ids: ['x'] },
    authenticate: { token: 't' },
    clock: { sentAt: 1.5 },
  };
  for (const [name, request] of Object.entries(requests)) {
    test(`what the SDK sends as ${name} passes the server's schema`, () => {
      const { success } = COMMANDS[name as keyof typeof COMMANDS].safeParse(request);
      expect(success).toBe(true);
    });
  }
});
