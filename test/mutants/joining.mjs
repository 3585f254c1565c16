import { check } from './checks.mjs';

const fanOut = 'src/delivery/fan-out.ts';
const outbox = 'src/delivery/outbox.ts';
const window = 'src/gateway/reading-window.ts';
const asOne = 'test/unit/delivery/a-run-is-given-as-its-messages-would-be.spec.ts';
const once = 'test/unit/gateway/who-sends-without-pause-is-read-once-in-a-window.spec.ts';

/** What is read, given and written together. */
export const joining = [
  {
    name: 'run-over-what-went-ahead',
    bug: 'a run given as one sends again what was sent before its turn',
    rows: ['F20'],
    file: fanOut,
    find: "phase === 'live' && subscription.hasNothingAhead;",
    replace: "phase === 'live';",
    check: check(asOne, 'are given as they would be one by one'),
  },
  {
    name: 'run-over-what-waits',
    bug: 'a run given as one takes the place of what waits for the same connection',
    rows: ['F36'],
    file: outbox,
    find: 'if (this.#isOver || !this.isEmpty || bytes > UNFLUSHED_MAX) return false;',
    replace: 'if (this.#isOver || bytes > UNFLUSHED_MAX) return false;',
    check: check(asOne, 'are given as they would be one by one'),
  },
  {
    name: 'run-changed-for-all',
    bug: 'what comes behind a run for one connection is sent to all who were given it',
    rows: [],
    file: 'src/delivery/turn.ts',
    find: 'this.#all = [...shared];',
    replace: 'this.#all = shared;',
    check: check(
      asOne,
      'stay as they are when something else comes behind them for one connection',
    ),
  },
  {
    name: 'window-slows-who-waits',
    bug: 'a client that waits for its answers is read once in a window for as long as it sends',
    rows: [],
    file: window,
    find: 'if (perSecond < pace.freely * SLOWED) {',
    replace: 'if (perSecond < 0) {',
    check: check(once, 'sends as much as without a window, but for a few tries'),
  },
  {
    name: 'window-never-judged-anew',
    bug: 'who once sent without pause is slowed for ever when it begins to wait for its answers',
    rows: [],
    file: window,
    find: 'if (pace.left === 0) pace.freely = 0;',
    replace: '',
    check: check(
      once,
      'is found out also when it sent without pause before, and what it sends is longer',
    ),
  },
];
