import { check, fault } from './checks.mjs';

const catchUp = 'src/delivery/catch-up.ts';
const service = 'src/delivery/delivery.service.ts';
const firstPage = 'src/delivery/first-page.ts';
const lanes = 'src/delivery/priority-lanes.ts';
const outbox = 'src/delivery/outbox.ts';
const slow = 'src/delivery/slow-consumers.ts';
const tells = 'test/unit/delivery/an-outbox-tells-what-it-drops.spec.ts';
const behind = 'test/unit/delivery/who-is-behind-goes-live-without-a-hole.spec.ts';
const fanOut = 'test/unit/delivery/a-live-subscription-gets-each-entry-once.spec.ts';
const stalled = 'test/unit/delivery/who-does-not-read-is-closed.spec.ts';
const start = 'test/unit/delivery/the-first-page-tells-where-it-begins.spec.ts';

/** What each connection is owed, and what it is told of what it does not get. */
export const delivery = [
  {
    name: 'resume-ignored',
    bug: 'a subscriber that comes back with a position starts at the top',
    rows: ['F1', 'F2', 'F20', 'F21'],
    file: firstPage,
    find: 'if (since) {\n    page =',
    replace: 'if (since && since.offset < 0) {\n    page =',
    check: fault('F1', 1),
  },
  {
    name: 'live-too-early',
    bug: 'who catches up goes live with a hole between its last page and the first live message',
    rows: ['F2', 'F38'],
    file: catchUp,
    find: 'if (channel.isReachedBy(subscription.reached, subscription.breaks)) {',
    replace: 'if (channel.cursor.offset >= 0) {',
    check: check(behind, 'goes live at the cursor and not before'),
  },
  {
    name: 'trimmed-while-catching-up',
    bug: 'what was trimmed between two pages is passed over in silence',
    rows: ['F45'],
    file: catchUp,
    find: "session.wire.emit('gap', gapOf(channel, told, page.continuity, facts.epoch, resumeAt));",
    replace: 'void [channel, told, facts, gapOf];',
    check: check(behind, 'is told what was trimmed between two pages'),
  },
  {
    name: 'catching-up-given-up',
    bug: 'who catches up while the store does not answer is left where it was',
    rows: ['F15', 'F17'],
    file: catchUp,
    find: 'if (!page || !isCatchingUp(subscription)) continue;',
    replace: 'if (!page || !isCatchingUp(subscription)) return;',
    check: check(behind, 'goes on where it was when the log could not be read'),
  },
  {
    name: 'tear-not-told',
    bug: 'who passes a lost tail is not told of it',
    rows: ['F24'],
    file: catchUp,
    find: "if (entry.kind === 't') return tellTear(subscription, entry);",
    replace: "if (entry.kind === 't') return void [subscription.startAt(entry), tellTear];",
    check: fault('F24', 1),
  },
  {
    name: 'skip-not-sent',
    bug: 'an offset that is not for a session is left out without a word',
    rows: ['F1'],
    file: catchUp,
    find: 'else session.outbox.pushSkip(subscription, entry, entry.lane, exclusion);',
    replace: '',
    check: check(behind, 'is told which offsets are not for it'),
  },
  {
    name: 'live-and-page-both',
    bug: 'a message that the first page held comes again live',
    rows: ['F1', 'F38'],
    file: service,
    find: 'if (isAtOrBefore(entry, subscription.reached)) continue;',
    replace: '',
    check: check(fanOut, 'what its first page held does not come again'),
  },
  {
    name: 'break-not-told',
    bug: 'a history ends and another one begins, and nobody who is live is told',
    rows: ['F14'],
    file: service,
    find: "session.wire.emit('gap', gapOf(channel.name, subscription.told, reason, to.epoch, to));",
    replace: 'void gapOf;',
    check: fault('F14', 2),
  },
  {
    name: 'begun-before-its-answer',
    bug: 'messages of a channel flow before the answer to its subscribe',
    rows: ['F38'],
    file: service,
    find: 'begin: () => this.#begin(subscription, followed, start.replayTo),',
    replace: 'begin: this.#begin(subscription, followed, start.replayTo) ?? (() => undefined),',
    check: check(fanOut, 'nothing comes before it has begun'),
  },
  {
    name: 'trimmed-between-two-reads',
    bug: 'a rewind that was trimmed between its two reads begins below what is kept',
    rows: ['F45'],
    file: firstPage,
    find: "if (page.continuity !== 'continued') from = page.resumeAt;",
    replace: '',
    check: check(start, 'a rewind that is trimmed between two reads begins at what is left'),
  },
  {
    name: 'first-gap-not-told',
    bug: 'a resume that could not be continued looks as if nothing were missing',
    rows: ['F14', 'F24', 'F45'],
    file: firstPage,
    find: "since && continuity !== 'continued'\n      ? gapOf(",
    replace: "since && continuity !== 'continued' && since.offset < 0\n      ? gapOf(",
    check: fault('F45', 1),
  },
  {
    name: 'position-on-an-overtaker',
    bug: 'a message that overtook carries a position, and a resume from it skips what it overtook',
    rows: ['F36'],
    file: lanes,
    find: 'taken.push({ item, isSafe: !item.subscription.waitsOutside(item.lane) });',
    replace: 'taken.push({ item, isSafe: true });',
    check: check(tells, 'no position is ever sent before everything below it was sent or told'),
  },
  {
    name: 'overtaker-written-with-its-position',
    bug: 'a position goes out before what it overtook, so a client drops that as a repeat',
    rows: ['F36'],
    file: outbox,
    find: 'frames.push(message.frames(isSafe));',
    replace: 'frames.push(message.frames(true));',
    check: check(tells, 'lets the urgent overtake without a position'),
  },
  {
    name: 'outbox-without-bound',
    bug: 'what waits for a connection that does not read is never dropped',
    rows: ['F36'],
    file: outbox,
    find: 'if (this.#lanes.bytes + this.wire.unflushed() <= max) return;',
    replace: 'if (max > 0) return;',
    check: check(tells, 'drops the least urgent lane whole and tells it as one gap'),
  },
  {
    name: 'overflow-not-told',
    bug: 'what an outbox drops is told to nobody',
    rows: ['F36'],
    file: lanes,
    find: "this.push(subscription, lane, { kind: 'gap', ranges });",
    replace: 'void [subscription, ranges];',
    check: fault('F36', 1),
  },
  {
    name: 'write-within-a-write',
    bug: 'what comes while a gap is being sent goes out before what stands behind the gap',
    rows: ['F36'],
    file: outbox,
    find: 'if (this.#isWriting) return;',
    replace: '',
    check: check(
      tells,
      'what waits goes out in order when its connection drains in the middle of a gap',
    ),
  },
  {
    name: 'slow-consumer-not-closed',
    bug: 'a connection that reads nothing for half a minute is kept',
    rows: ['F36'],
    file: slow,
    find: 'if (now - since >= STALLED_MS) this.#close(session);',
    replace: 'if (now < since) this.#close(session);',
    check: check(stalled, 'a connection that takes nothing for 30 s is closed'),
  },
  {
    name: 'answers-without-bound',
    bug: 'a client that asks and never reads is answered for as long as it asks',
    rows: ['F36'],
    file: slow,
    find: 'if (session.wire.unflushed() <= this.config.outboxBytes + ANSWERS_BYTES) return true;',
    replace: 'if (session.wire.unflushed() >= 0) return true;',
    check: check(stalled, 'a connection that leaves its answers unread is closed'),
  },
];
