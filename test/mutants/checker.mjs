import { check, fault } from './checks.mjs';

const verify = 'client/cli/src/verify';
const excuses = 'client/cli/test/excuses.spec.ts';
const positions = 'client/cli/test/positions.spec.ts';

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
];
