import { check, fault } from './checks.mjs';

const priorities = 'src/delivery/priority-lanes.ts';
const outbox = 'src/delivery/outbox.ts';
const slow = 'src/delivery/slow-consumers.ts';
const tells = 'test/unit/delivery/an-outbox-tells-what-it-drops.spec.ts';
const urgentFirst = 'test/unit/delivery/who-is-behind-gets-what-is-urgent-first.spec.ts';
const stalled = 'test/unit/delivery/who-does-not-read-is-closed.spec.ts';
const alone = 'test/unit/delivery/a-broken-connection-ends-alone.spec.ts';
const burst = 'test/unit/delivery/a-burst-is-no-loss.spec.ts';

/** What waits for a connection, what is dropped of it, and what it is told of that. */
export const lanes = [
  {
    name: 'low-overtakes-normal',
    bug: 'while more that is urgent keeps coming only the lowest lane gets a share, and what stands above it none',
    rows: ['F36'],
    file: priorities,
    find: 'return this.#lanes.find(isBehind) ?? this.#lanes.findLast(isBusy);',
    replace: 'return this.#lanes.findLast(isBusy) ?? this.#lanes.find(isBehind);',
    check: check(
      'test/unit/delivery/lanes-share-a-slow-connection.spec.ts',
      'while more that is urgent keeps coming is of each lane below it in turn',
    ),
  },
  {
    name: 'ranges-without-a-bound',
    bug: 'what a reader that has stalled is to be told of its losses grows without end',
    rows: ['F36'],
    file: 'src/delivery/offset-ranges.ts',
    find: 'if (this.#ranges.length + this.#skipped.length <= PARTS_MAX) return;',
    replace: 'if (this.#ranges.length <= PARTS_MAX * 10_000) return;',
    check: check(
      'test/unit/delivery/dropped-offsets-become-ranges.spec.ts',
      'of however many ranges few are kept, and they hold all that was dropped',
    ),
  },
  {
    name: 'burst-dropped-unasked',
    bug: 'a burst over the bound is dropped though the kernel would take it',
    rows: ['F39'],
    file: outbox,
    find: 'if (bytes > UNFLUSHED_MAX && bytes + message.bytes > this.rules.bytesMax()) this.flush();',
    replace: 'void bytes;',
    check: check(burst, 'a burst of many times the bound in one turn reaches'),
  },
  {
    name: 'broken-connection-goes-on',
    bug: 'what follows a write that failed is sent, with a hole before it',
    rows: ['F8'],
    file: outbox,
    find: '      this.watch.broken(error);',
    replace: '      void error;',
    check: check(alone, 'is sent nothing that came after what it did not get'),
  },
  {
    name: 'ended-outbox-keeps-count',
    bug: 'what waited for a connection that ended is counted for ever',
    rows: ['F8'],
    file: priorities,
    find: 'for (const { subscription, lane } of items) subscription.countWaiting(lane, -1);',
    replace: '',
    check: check(
      alone,
      'leaves nothing behind when it ends between what waited and the end of its history',
    ),
  },
  {
    name: 'position-on-an-overtaker',
    bug: 'a message that overtook carries a position, and a resume from it skips what it overtook',
    rows: ['F36'],
    file: priorities,
    find: 'const isSafe = !item.isAhead && !item.subscription.waitsOutside(item.lane);',
    replace: 'const isSafe = !item.isAhead;',
    check: check(tells, 'no position is ever sent before everything below it was sent or told'),
  },
  {
    name: 'overtaker-written-with-its-position',
    bug: 'a position goes out before what it overtook, so a client drops that as a repeat',
    rows: ['F36'],
    file: 'src/delivery/write-taken.ts',
    find: 'frames.push(payload.frames(isSafe));',
    replace: 'frames.push(payload.frames(true));',
    check: check(tells, 'carries a position in its bytes only when it is safe'),
  },
  {
    name: 'skips-go-with-their-lane',
    bug: 'what was not for a session is told to nobody once its lane is dropped, and looks lost',
    rows: ['F36'],
    file: 'src/delivery/tell-missing.ts',
    find: 'for (const skipped of ranges.skipped) {',
    replace: 'for (const skipped of [] as Skipped[]) {',
    check: check(
      tells,
      'tells what was not for the session in a dropped lane too, before the loss',
    ),
  },
  {
    name: 'outbox-without-bound',
    bug: 'what waits for a connection that does not read is never dropped',
    rows: ['F36'],
    file: outbox,
    find: 'if (this.#lanes.bytes + Math.min(this.wire.unflushed(), UNFLUSHED_MAX) <= max) return;',
    replace: 'if (max > 0) return;',
    check: check(tells, 'drops the least urgent lane whole and tells it as one gap'),
  },
  {
    name: 'overflow-not-told',
    bug: 'what an outbox drops is told to nobody',
    rows: ['F36'],
    file: priorities,
    find: "this.push(subscription, lane, { kind: 'gap', ranges });",
    replace: 'void [subscription, ranges];',
    check: fault('F36', 1),
  },
  {
    name: 'refill-from-behind-the-loss',
    bug: 'what an outbox drops is said to be found in history behind a place that is behind it',
    rows: ['F36'],
    file: 'src/delivery/tell-missing.ts',
    find: 'ranges: ranges.toArray(),',
    replace: 'ranges: ranges.toArray(),\n    ...{ after: position },',
    check: fault('F36', 1),
  },
  {
    name: 'write-within-a-write',
    bug: 'what comes while a gap is being sent goes out before what stands behind the gap',
    rows: ['F36'],
    file: outbox,
    find: 'if (this.#isWriting || this.#isOver) return;',
    replace: 'if (this.#isOver) return;',
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
    find: 'if (session.wire.unflushed() <= this.#unreadMax) return true;',
    replace: 'if (session.wire.unflushed() >= 0) return true;',
    check: check(stalled, 'a connection that leaves its answers unread is closed'),
  },
  {
    name: 'long-messages-taken-for-unread',
    bug: 'who reads a message of many megabytes at its own pace is closed as slow',
    rows: [],
    file: slow,
    find: 'config.outboxBytes + ANSWERS_BYTES + Math.max(...sizes)',
    replace: 'config.outboxBytes + ANSWERS_BYTES + Math.min(0, ...sizes)',
    check: check(
      stalled,
      'a connection that leaves its answers unread is closed beyond its outbox, a message and 2 MiB',
    ),
  },
  {
    name: 'streams-not-counted',
    bug: 'what the streams of slow connections hold is bounded for each and not for all',
    rows: ['F37'],
    file: outbox,
    find: 'const held = this.#isOver ? 0 : this.wire.unflushed();',
    replace: 'const held = 0;',
    check: check(
      'test/unit/delivery/an-outbox-of-many-channels-keeps-account.spec.ts',
      'what waits is counted to the byte, here and in the stream, and is nothing when all has left',
    ),
  },
  {
    name: 'position-ahead-of-the-rest',
    bug: 'what was sent before its turn carries a position, and a resume from it skips the backlog',
    rows: ['F37'],
    file: priorities,
    find: 'return all.map((item) => ({ item, isSafe: !item.isAhead }));',
    replace: 'return all.map((item) => ({ item, isSafe: true }));',
    check: check(urgentFirst, 'gets what is urgent before the rest of its backlog'),
  },
  {
    name: 'lost-ahead-told-as-sent',
    bug: 'what was to overtake is dropped in its turn, and its skip says that it was sent',
    rows: ['F36'],
    file: priorities,
    find: 'if (!subscription.forgetAhead(payload.entry)) lost.add(payload.place.chain);',
    replace: 'subscription.forgetAhead(payload.entry);',
    check: check(
      'test/unit/delivery/lanes-share-a-slow-connection.spec.ts',
      'that was to overtake and whose turn has come is told lost when its lane is dropped',
    ),
  },
  {
    name: 'dropped-ahead-and-forgotten',
    bug: 'what was to overtake is let go with its lane and counts as sent',
    rows: ['F37'],
    file: priorities,
    find: "if (isAhead && payload.kind === 'message') subscription.forgetAhead(payload.entry);",
    replace: 'void subscription;\n  void payload;',
    check: check(urgentFirst, 'gets in its turn what was dropped before it could overtake'),
  },
];
