import { check, fault } from './checks.mjs';

const file = 'src/broker/redis/lua/append.lua';
const contract = 'test/contract/broker-redis.spec.ts';

/** The script that numbers, keeps and announces. */
export const append = [
  {
    name: 'announce-without-append',
    bug: 'a message is announced that the log never holds',
    rows: ['F1', 'F12'],
    file,
    find: "redis.call('HSET', log, place, entry)",
    replace: '',
    check: check(contract, 'each message is a position, and what follows it comes in order'),
  },
  {
    name: 'append-without-announce',
    bug: 'a message is kept and nobody hears of it',
    rows: ['F16'],
    file,
    find: 'redis.call(announce, bus, entry)',
    replace: '',
    check: check(contract, 'what is announced is what is read, in the order of the log'),
  },
  {
    name: 'ids-outlive-their-numbers',
    bug: 'an id of a history that is gone is answered with a place of the one that is there',
    rows: ['F14'],
    file,
    find: "if isReborn then redis.call('UNLINK', log, ids, order) end",
    replace: '',
    check: check(
      'test/contract/redis-broker-emptied.spec.ts',
      'of one channel forgets its ids with its numbers, and is another epoch',
    ),
  },
  {
    name: 'no-deduplication',
    bug: 'a repeated id is stored again',
    rows: ['F9', 'F17', 'F19'],
    file,
    find: 'if isNew ~= 1 then',
    replace: 'if false then',
    check: fault('F9', 3),
  },
  {
    name: 'repeat-told-elsewhere',
    bug: 'a repeated id is answered with another place than its message has',
    rows: ['F9', 'F19'],
    file,
    find: 'return 1, { epoch, offset, first }',
    replace: 'return 1, { epoch, offset + 1, first }',
    check: fault('F19', 4),
  },
  {
    name: 'id-of-another-content',
    bug: 'an id that is used for other content gets the first result, and the content is lost',
    rows: ['F9'],
    file,
    find: 'if string.sub(known, 41) ~= digest then return 2, 0 end',
    replace: '',
    check: check(contract, 'the same id with other content is a conflict'),
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
    name: 'dedup-by-count-only',
    bug: 'ids are forgotten when there are many, however young',
    rows: ['F9', 'F19'],
    file,
    find: 'if storedAt + dedupMs >= now then break end',
    replace: '',
    check: check(contract, 'an id younger than the window is remembered among however many'),
  },
  {
    name: 'dedup-expires-with-its-window',
    bug: 'the ids of a channel expire a day after their window, so a clock that jumps by more takes all of them',
    rows: ['F33'],
    file,
    find: "redis.call('PEXPIRE', ids, memoryMs)",
    replace: "redis.call('PEXPIRE', ids, whole(dedupMs + DAY_MS))",
    check: check(
      'test/contract/redis-broker-clock-jumps.spec.ts',
      'keeps the ids of a channel as long as the numbering that they name places in',
    ),
  },
  {
    name: 'old-time-outlives-a-step',
    bug: 'when the clock of Redis is set, an instance goes on with the time of before for many samples',
    rows: ['F33'],
    file: 'src/broker/redis/cluster-clock.ts',
    find: 'this.#samples = this.#samples.filter((known) => agree(known, sample));',
    replace: '',
    check: check(
      'test/unit/broker/instances-have-the-time-of-the-store.spec.ts',
      'set to another time is followed with the next answer, however short the way of those before',
    ),
  },
  {
    name: 'floor-stays-when-trimmed',
    bug: 'messages are trimmed and the floor does not say so',
    rows: ['F44', 'F45'],
    file,
    find: "    floor = floor + 1\n    bytes, goneBytes = bytes - (goneBytes or redis.call('HSTRLEN', log, whole(floor))), nil\n    redis.call('HDEL', log, whole(floor))",
    replace:
      "    size = size + 1\n    goneBytes = nil\n    redis.call('HDEL', log, whole(floor + 1))",
    check: check(contract, 'who is below the floor is told that it was trimmed'),
  },
  {
    name: 'newest-is-trimmed',
    bug: 'a message that is larger than the whole history is kept by nobody',
    rows: ['F45'],
    file,
    find: 'math.min(offset - 1, floor + TRIMMED_AT_ONCE)',
    replace: 'math.min(offset, floor + TRIMMED_AT_ONCE)',
    check: check(
      contract,
      'the history keeps no more bytes than it may, but the newest message always',
    ),
  },
];
