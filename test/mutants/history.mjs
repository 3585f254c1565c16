import { check } from './checks.mjs';

const continuity = 'src/broker/continuity.ts';
const resume = 'test/unit/broker/what-the-log-proves-decides-a-resume.spec.ts';
const rewound = 'test/contract/redis-broker-rewound.spec.ts';
const reading = 'src/broker/redis/log-reading.ts';
const moment = 'test/unit/broker/a-page-after-a-break-is-of-one-moment.spec.ts';
const fence = 'src/broker/redis/lua/fence.lua';

/** Whether a position is still good, and what is told where it is not. */
export const history = [
  {
    name: 'epoch-ignored',
    bug: 'a position of another life is taken for one of this',
    rows: ['F14'],
    file: continuity,
    find: 'bornAtMs === null || since.epoch !== facts.epoch',
    replace: 'bornAtMs === null',
    check: check(resume, 'in another epoch'),
  },
  {
    name: 'life-survives-its-store',
    bug: 'a store that lost everything goes on in the life that it had',
    rows: ['F14'],
    file: 'src/broker/redis/new-life.ts',
    find: 'return uuid.slice(0, 8) + uuid.slice(24, 32);',
    replace: "return uuid.slice(0, 0).padEnd(16, '0');",
    check: check(
      'test/contract/redis-broker-emptied.spec.ts',
      'is another life: every position of before is told',
    ),
  },
  {
    name: 'chain-not-checked',
    bug: 'a position of a rewound history is continued where the offsets happen to fit',
    rows: ['F24', 'F30'],
    file: continuity,
    find: "return chainAtOffset === since.chain ? 'continued' : 'rewound';",
    replace: "return chainAtOffset === '' ? 'rewound' : 'continued';",
    check: check(resume, 'with another chain'),
  },
  {
    name: 'above-the-top-continued',
    bug: 'who stands above the top waits there in silence',
    rows: ['F24'],
    file: continuity,
    find: "if (since.offset > facts.top.offset) return 'rewound';",
    replace: '',
    check: check(resume, 'above the top'),
  },
  {
    name: 'trimming-not-told',
    bug: 'a resume goes on at the floor and does not tell what was trimmed',
    rows: ['F45'],
    file: continuity,
    find: 'if (since.offset < facts.floor.offset) {',
    replace: 'if (since.offset < facts.purgedTo) {',
    check: check(resume, 'below the floor'),
  },
  {
    name: 'trimmed-behind-the-first-look',
    bug: 'what was trimmed between the two reads of a page is passed over in silence',
    rows: ['F45'],
    file: reading,
    find: 'floor.offset > start.offset ? floor : start',
    replace: 'floor.offset < 0 ? floor : start',
    check: check(moment, 'what was trimmed between the two reads of a page counts as missing too'),
  },
  {
    name: 'two-lives-in-one-page',
    bug: 'a page tells of one life of a channel and brings messages of another',
    rows: ['F14'],
    file: reading,
    find: 'if (epoch !== facts.epoch) return this.read(channel, query);',
    replace: 'void epoch;',
    check: check(moment, 'a channel that began anew between the two reads of a page is read again'),
  },
  {
    name: 'genesis-of-another-store',
    bug: 'who waited for the first message of a channel is not told that the store was lost',
    rows: ['F14'],
    file: continuity,
    find: "if (since.epoch !== genesisEpoch) return 'epoch';",
    replace: '',
    check: check(resume, 'at a genesis of another store'),
  },
  {
    name: 'lost-offset-given-again',
    bug: 'after a rewind the lost offsets are given to other messages',
    rows: ['F24'],
    file: fence,
    find: 'local offset = math.max(top, lost) + 1',
    replace: 'local offset = top + 1',
    check: check(rewound, 'gives no lost offset again'),
  },
  {
    name: 'tear-not-announced',
    bug: 'a lost tail is marked in the log and told to nobody who is live',
    rows: ['F24'],
    file: fence,
    find: 'redis.call(ARGV[1], ARGV[2], entry)',
    replace: '',
    check: check(rewound, 'is marked by a tear behind the lost offsets'),
  },
  {
    name: 'fenced-by-everybody',
    bug: 'each instance that saw a lost tail marks it once more',
    rows: ['F24'],
    file: fence,
    find: 'if isTold or lost <= floor then return { fork, forkChain, bornAt } end',
    replace: '',
    check: check(rewound, 'is fenced once, however many instances saw it'),
  },
  {
    name: 'fork-taken-at-the-top',
    bug: 'what was published between a failover and its mark is passed over by who stood in the lost tail',
    rows: ['F24'],
    file: fence,
    find: 'fork, forkChain, isKnown = offset, chain, true',
    replace: 'fork, forkChain, isKnown = top, prev, true',
    check: check(rewound, 'messages that were published before it was marked, for everybody'),
  },
  {
    name: 'no-position-is-proven-in-a-tear',
    bug: 'who stood in a lost tail goes back to the floor, though a tear tells where the log left it',
    rows: ['F24'],
    file: 'src/broker/redis/lua/read.lua',
    find: 'if from <= asked and asked <= to and (fork == -1 or from - 1 < fork) then fork = from - 1 end',
    replace: '',
    check: check(rewound, 'is marked by a tear behind the lost offsets'),
  },
  {
    name: 'genesis-of-another-life',
    bug: 'who stood before the first message of a history that was evicted goes on in the next one',
    rows: [],
    file: 'src/broker/redis/lua/read.lua',
    find: "if askedAt > 0 and genesisEpoch(bornAt) ~= epoch then askedEpoch = '' end",
    replace: '',
    check: check(
      'test/contract/redis-broker-emptied.spec.ts',
      'of one channel forgets its ids with its numbers, and is another epoch',
    ),
  },
];
