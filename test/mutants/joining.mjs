import { check } from './checks.mjs';

const run = 'src/delivery/run.ts';
const outbox = 'src/delivery/outbox.ts';
const window = 'src/gateway/reading-window.ts';
const asOne = 'test/unit/delivery/a-run-is-given-as-its-messages-would-be.spec.ts';
const passes = 'test/unit/delivery/what-is-urgent-passes-its-own-channel.spec.ts';
const once = 'test/unit/gateway/who-sends-without-pause-is-read-once-in-a-window.spec.ts';

/** What is read, given and written together. */
export const joining = [
  {
    name: 'run-over-what-went-ahead',
    bug: 'a run given as one sends again what was sent before its turn',
    rows: ['F20'],
    file: run,
    find: "phase === 'live' && subscription.hasNoneAhead(messages);",
    replace: "phase === 'live';",
    check: check(asOne, 'are given as they would be one by one'),
  },
  {
    name: 'run-over-what-waits',
    bug: 'a run given as one takes the place of what waits for the same connection',
    rows: ['F36'],
    file: outbox,
    find: 'if (this.#isOver || !this.isEmpty || counted > UNFLUSHED_MAX) return false;',
    replace: 'if (this.#isOver || counted > UNFLUSHED_MAX) return false;',
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
  {
    name: 'run-grows-while-given',
    bug: 'what comes while a run is handed on is added to it, and those who had the run already never get it',
    rows: ['F20'],
    file: run,
    find: 'return isSame && left === null && messages.length < RUN_MAX;',
    replace: 'return isSame && messages.length < RUN_MAX;',
    check: check(passes, 'everybody gets all of it once, and each priority in order'),
  },
  {
    name: 'urgent-behind-its-own-bulk',
    bug: 'what is critical waits until all that came before it in its channel was handed to everybody',
    rows: ['F36'],
    file: 'src/delivery/fan-out.ts',
    find: 'if (line.usual > 0 && mayPass) {',
    replace: 'if (line.usual < 0 && mayPass) {',
    check: check(passes, 'reaches everybody before the bulk that came before it in its channel'),
  },
  {
    name: 'ahead-never-forgotten',
    bug: 'what a gap has passed counts as sent before its turn for ever, and nothing urgent goes ahead any more',
    rows: ['F36'],
    file: 'src/delivery/subscription.ts',
    find: 'if (epoch !== position.epoch || offset <= position.offset) this.#ahead?.delete(chain);',
    replace: 'void [chain, epoch, offset];',
    check: check(
      'test/unit/delivery/what-a-gap-passes-has-no-turn.spec.ts',
      'so many passed places take nothing from those that come',
    ),
  },
  {
    name: 'window-while-there-is-time',
    bug: 'who sends without pause is late by a window on an instance that has nothing else to do',
    rows: [],
    file: window,
    find: 'else if (isBusy && (pace.reads / tookMs) * windowMs >= WORTH) {',
    replace: 'else if ((pace.reads / tookMs) * windowMs >= WORTH) {',
    check: check(once, 'nobody waits, and everybody who sends without pause does once it has none'),
  },
  {
    name: 'window-hides-the-load',
    bug: 'what is read in windows makes an instance look idle, so it is read as it comes again, and in windows again',
    rows: [],
    file: window,
    find: 'this.#count(pace.freely > 0 ? bytes / pace.each : 1, now);',
    replace: 'this.#count(1, now);',
    check: check(once, 'windows do not make it look as if it had'),
  },
  {
    name: 'urgent-out-of-order-behind-a-fill',
    bug: 'what is critical is sent before an older critical message of its channel that waits behind a hole that is filled',
    rows: ['F36'],
    file: 'src/delivery/fan-out.ts',
    find: 'const mayPass = !isFill && !channel.isBreaking && line.heldUp === 0;',
    replace: 'const mayPass = !isFill && !channel.isBreaking;',
    check: check(passes, 'everybody gets all of it once, and each priority in order'),
  },
  {
    name: 'excluded-holds-up',
    bug: 'after something critical that is not for a session nothing critical passes its bulk any more',
    rows: ['F36'],
    file: 'src/delivery/catch-up.ts',
    find: "else if (exclusion === 'duplicate') subscription.forgetAhead(entry);",
    replace: 'else subscription.forgetAhead(entry);',
    check: check(passes, 'passes also when what was critical before it is not for everybody'),
  },
  {
    name: 'alone-after-a-silence',
    bug: 'who was read in windows and fell silent is read alone for seconds when all send again',
    rows: [],
    file: window,
    find: 'pace.freely = pace.left = 0;',
    replace: 'pace.freely = 0;',
    check: check(once, 'who waited before all fell silent waits again soon after'),
  },
];
