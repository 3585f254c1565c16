import { expect, test } from '@jest/globals';
import { publishLimits } from '../../../src/channels/publish-limits.js';
import { completeNamespace, type NamespaceEntry } from '../../../src/config/policy-schema.js';

const COMMON = { maxMessageBytes: 65_536, dedupSeconds: 600, publishPerSecond: 50 };

function told(entries: Readonly<Record<string, NamespaceEntry>>, hasGrants = false) {
  const complete = Object.entries(entries).map(([name, entry]) => [
    name,
    completeNamespace(name, entry),
  ]);
  const namespaces = Object.fromEntries(complete) as Record<
    string,
    ReturnType<typeof completeNamespace>
  >;
  return publishLimits({ namespaces, fallback: null }, { hasGrants });
}

test('where every namespace has the same, nothing is told of any', () => {
  expect(told({})).toEqual(COMMON);
  expect(told({ chat: { presence: false } })).toEqual(COMMON);
});

test('a namespace with limits of its own is named with all of them', () => {
  expect(told({ chat: {}, short: { dedupSeconds: 2 } })).toEqual({
    ...COMMON,
    namespaces: { short: { ...COMMON, dedupSeconds: 2 } },
  });
});

test('what is common is what the namespace default has', () => {
  expect(told({ default: { maxMessageBytes: 100 }, chat: {} })).toEqual({
    ...COMMON,
    maxMessageBytes: 100,
    namespaces: { chat: COMMON },
  });
});

test('namespaces in which a session cannot publish are not named', () => {
  const entries = {
    $everyone: { dedupSeconds: 1 },
    news: { publish: 'server', dedupSeconds: 1 },
    board: { publish: 'granted', dedupSeconds: 1 },
  } as const;
  expect(told(entries)).toEqual(COMMON);
  expect(told(entries, true)).toEqual({
    ...COMMON,
    namespaces: { board: { ...COMMON, dedupSeconds: 1 } },
  });
});
