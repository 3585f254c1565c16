import { check, fault } from './checks.mjs';

const file = 'src/broker/redis/lua/append.lua';
const contract = 'test/contract/broker-redis.spec.ts';

/** The script that numbers, keeps and announces. */
export const append = [
  {
    name: 'announce-without-append',
    bug: 'a message is announced that the log never holds',
    rows: ['F12'],
    file,
    find: "redis.call('HSET', log, place, entry)",
    replace: '',
    check: check(contract, 'each message is a position, and what follows it comes in order'),
  },
  {
    name: 'dedup-by-time-only',
    bug: 'ids are forgotten by their age alone, so a clock that jumps forgets them all',
    rows: ['F33'],
    file,
    find: 'if count - FORGOTTEN_AT_ONCE < KEPT_IDS then break end',
    replace: '',
    check: check(contract, 'the last thousand ids are remembered however old'),
  },
  {
    name: 'no-deduplication',
    bug: 'a repeated id is stored again',
    rows: ['F9', 'F17', 'F19'],
    file,
    find: 'if known then',
    replace: 'if false then',
    check: fault('F9', 3),
  },
];
