import { check, fault } from './checks.mjs';

const verify = 'client/cli/src/verify';
const excuses = 'client/cli/test/excuses.spec.ts';
const positions = 'client/cli/test/positions.spec.ts';
const invented = 'client/cli/test/invented-places.spec.ts';
const claims = 'client/cli/test/checker.spec.ts';
const wholeLog = 'client/cli/test/log-of.spec.ts';

/** What the checker may not believe: in the server, what it has to find; in the checker, what it finds it by. */
export const checker = [
  {
    name: 'good-resume-told-as-rewound',
    bug: 'some good positions are answered with a rewind, and all that is kept comes again',
    rows: ['F1', 'F20', 'F38'],
    file: 'src/broker/continuity.ts',
    find: "return chainAtOffset === since.chain ? 'continued' : 'rewound';",
    replace:
      "return chainAtOffset === since.chain && since.offset % 3 > 0 ? 'continued' : 'rewound';",
    check: fault('F20', 1, 2, 3),
  },
  {
    name: 'answer-names-the-top',
    bug: 'an answer gives the top as its position while messages below it are still to come',
    rows: ['F45', 'F46'],
    file: 'src/delivery/first-page.ts',
    find: 'position: formatPosition(reached),',
    replace:
      'position: formatPosition(page.facts.top.epoch === reached.epoch ? page.facts.top : reached),',
    check: fault('F45', 1, 2, 3),
  },
  {
    name: 'every-excuse-believed',
    bug: 'whoever is told that the store lost its history is believed to have been told the truth',
    rows: [],
    file: `${verify}/losses.ts`,
    find: 'if (!isOtherHistory(reason)) return false;',
    replace: 'if (isOtherHistory(reason)) return true;',
    check: check(excuses, 'is broken where the store lost nothing'),
  },
  {
    name: 'later-loss-excuses-earlier-word',
    bug: 'what was sent after the reader was told proves that it was told the truth',
    rows: [],
    file: `${verify}/losses.ts`,
    find: 'offset > from && sentAt < at',
    replace: 'offset > from && sentAt < Infinity + at',
    check: check(excuses, 'is not proved by what was sent only after the reader was told'),
  },
  {
    name: 'positions-held-to-nothing',
    bug: 'a position is taken as safe whatever had come by then',
    rows: [],
    file: `${verify}/lineage.ts`,
    find: 'if (!this.#knows(now.heldTo + 1)) holes.push(now.heldTo + 1);',
    replace: 'void holes;',
    check: check(positions, 'is unsafe in an answer that names the top'),
  },
  {
    name: 'answers-held-to-nothing',
    bug: 'the position of an answer is taken as safe',
    rows: [],
    file: `${verify}/lineage.ts`,
    find: 'if (place !== null) this.#hold(place);',
    replace: 'void place;',
    check: check(positions, 'is unsafe in an answer that names the top'),
  },
  {
    name: 'invented-place-believed',
    bug: 'a loss is believed of a place where the reader never stood',
    rows: [],
    file: `${verify}/losses.ts`,
    find: 'if (!grounded.has(gap)) return false;',
    replace: 'void grounded;',
    check: check(invented, 'does not cover that the whole log comes twice'),
  },
  {
    name: 'sdk-place-held-to-what-it-showed',
    bug: 'an SDK is taken for a liar where it stands behind what it kept to itself',
    rows: [],
    file: `${verify}/ground.ts`,
    find: 'return this.hidden.hasCopies || offset <= (this.hidden.sights.get(epoch) ?? 0);',
    replace: 'return false;',
    check: check(invented, 'of an SDK that keeps repeats to itself, as far as anybody came'),
  },
  {
    name: 'left-epoch-believed',
    bug: 'a reader that was led to another history is still believed to stand in the one before',
    rows: [],
    file: `${verify}/ground.ts`,
    find: "if (reason === 'epoch' || reason === 'rewound') this.#reach = new Map([[to.epoch, to.offset]]);",
    replace:
      "if (reason === 'epoch' || reason === 'rewound') raise(this.#reach, to.epoch, to.offset);",
    check: check(invented, 'is no excuse of an epoch that it had left'),
  },
  {
    name: 'empty-start-frees-the-store',
    bug: 'a reader that is told of another start of a channel without messages frees the store from keeping any',
    rows: [],
    file: `${verify}/losses.ts`,
    find: 'return !isOfNothing && this.excuses(gap);',
    replace: 'return this.excuses(gap) || isOfNothing;',
    check: check(invented, 'of the start of a channel that nobody had anything of yet'),
  },
  {
    name: 'lost-ranges-unchecked',
    bug: 'what a gap says to be trimmed or purged is believed if the place behind it is',
    rows: [],
    file: `${verify}/lineage.ts`,
    find: 'return log.entries.find(({ offset }) => covers(ranges ?? [], offset))?.offset ?? null;',
    replace: 'return ranges === null ? null : null;',
    check: check(claims, 'finds a message that was told to be gone beside what is'),
  },
  {
    name: 'marks-leave-out-what-is-there',
    bug: 'a mark of a lost tail excuses that what the log has in its range never came',
    rows: [],
    file: `${verify}/lineage.ts`,
    find: 'return wasGone && to.epoch === epoch && after.epoch !== epoch && offset <= to.offset;',
    replace:
      'return wasGone && to.epoch === epoch && after.offset < offset && offset <= to.offset;',
    check: check(excuses, 'leaves out nothing that the log has in the end'),
  },
  {
    name: 'log-ends-at-an-empty-page',
    bug: 'a log is read as far as its first page without a message',
    rows: [],
    file: `${verify}/log-of.ts`,
    find: "if (page['more'] !== true) break;",
    replace: "if (page['more'] !== true || messages.length === 0) break;",
    check: check(wholeLog, 'is read to its end through pages that are empty'),
  },
  {
    name: 'pages-without-end',
    bug: 'a log is read on for as long as there is said to be more',
    rows: [],
    file: `${verify}/log-of.ts`,
    find: 'if (offset >= reached) throw',
    replace: 'if (offset > reached + 1) throw',
    check: check(wholeLog, 'pages that go up'),
  },
];
