import { check, fault } from './checks.mjs';

const log = 'src/relay/followed-log.ts';
const server = 'src/relay/relay-server.ts';
const reader = 'src/relay/log-reader.ts';
const order = 'test/unit/relay/entries-go-out-in-the-order-of-one-history.spec.ts';
const late = 'test/unit/relay/a-late-page-changes-nothing-that-went-out.spec.ts';
const followed = 'test/unit/relay/a-followed-channel-is-looked-at-again.spec.ts';

/** The order in which an instance hands on what it hears. */
export const relay = [
  {
    name: 'hole-check-skipped',
    bug: 'what comes after a hole goes out, and the hole is never filled',
    rows: ['F16'],
    file: log,
    find: "return entry.offset < cursor.offset ? 'old' : 'hole';",
    replace: "return entry.offset < cursor.offset ? 'old' : 'next';",
    check: fault('F16', 2),
  },
  {
    name: 'live-chain-not-checked',
    bug: 'the next offset goes out, whatever history it belongs to',
    rows: ['F24'],
    file: log,
    find: "return entry.prev === cursor.chain ? 'next' : 'hole'",
    replace: "return 'next'",
    check: check(order, 'is never an entry that follows another history'),
  },
  {
    name: 'live-epoch-not-checked',
    bug: 'what is announced in another life is taken for one of this',
    rows: ['F14'],
    file: log,
    find: 'return entry.offset === 1 && entry.epoch === cursor.epoch ?',
    replace: 'return entry.offset === 1 ?',
    check: check(late, 'does not go on in another store as if nothing had happened'),
  },
  {
    name: 'late-page-moves-the-cursor-back',
    bug: 'a page that comes late sends again what went out meanwhile',
    rows: ['F3', 'F16'],
    file: log,
    find: 'if (entry.epoch === epoch && entry.offset <= offset) {',
    replace: 'if (entry.epoch === epoch && entry.offset < 0) {',
    check: check(late, 'brings nothing twice, and does not move the cursor back'),
  },
  {
    name: 'only-the-first-page-is-read',
    bug: 'of a long hole only the first page is read',
    rows: ['F3', 'F16'],
    file: log,
    find: 'const mustRead = page.more || isDoubtful || after.mustRead;',
    replace: 'const mustRead = isDoubtful || after.mustRead;',
    check: check(followed, 'a hole of more than a page is filled to its end'),
  },
  {
    name: 'overflow-of-announcements-forgotten',
    bug: 'what was too much to wait behind a hole is never read',
    rows: ['F15', 'F16'],
    file: log,
    find: 'else this.#hasOverflowed = true;',
    replace: '',
    check: check(late, 'what was too much to wait behind a hole is read from the log'),
  },
  {
    name: 'announced-but-not-kept-is-awaited',
    bug: 'an announcement that is in no log holds up all that follows it',
    rows: ['F12', 'F24'],
    file: log,
    find: 'if (this.#emptyReads < 2) return;',
    replace: 'if (this.#emptyReads < 2_000_000) return;',
    check: check(order, 'is not what was announced but is in no log'),
  },
  {
    name: 'fence-not-run',
    bug: 'a tail that is gone is not marked, so nobody is told',
    rows: ['F24'],
    file: reader,
    find: 'if (mustFence) await this.#fence(log, mustFence);',
    replace: 'if (mustFence) isMore = false; if (mustFence) continue;',
    check: check(followed, 'a tail that is gone is fenced, and read again'),
  },
  {
    name: 'no-sweep-of-tops',
    bug: 'what no announcement and no reconnect told of is never found',
    rows: ['F14'],
    file: server,
    find: '% SWEEPS_FOR_ALL === 0',
    replace: '% SWEEPS_FOR_ALL === -1',
    check: check(followed, 'each top is looked at in half a minute, whatever was announced'),
  },
  {
    name: 'missed-and-not-read',
    bug: 'that announcements were missed is heard and not acted on',
    rows: ['F16'],
    file: server,
    find: 'if (channels === null || channels.includes(name)) this.#reader.ask(log);',
    replace: 'if (channels?.includes(name)) this.#reader.ask(log);',
    check: check(followed, 'what may have been missed is read'),
  },
  {
    name: 'joined-before-followed',
    bug: 'the place of a new follower is read before its announcements are sure to come',
    rows: ['F38'],
    file: server,
    find: 'await this.broker.follow(log.channel);',
    replace: 'this.broker.follow(log.channel).catch(() => undefined);',
    check: check(followed, 'a place is read only when announcements after it are sure to come'),
  },
  {
    name: 'ok-before-all-was-looked-at',
    bug: 'clients are told that all is well before what was missed has been read',
    rows: ['F12', 'F15'],
    file: server,
    find: 'void this.#reader.settled().then(() => {',
    replace: 'void Promise.resolve().then(() => {',
    check: check(followed, 'that all is well is told when what was missed has been read'),
  },
  {
    name: 'a-failed-read-is-given-up',
    bug: 'a hole stays when the store does not answer the first time',
    rows: ['F15', 'F17'],
    file: reader,
    find: 'if (!page) continue;',
    replace: 'if (!page) break;',
    check: check(followed, 'a read that failed is tried again'),
  },
];
