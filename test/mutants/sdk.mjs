import { check, fault } from './checks.mjs';

const lane = 'client/sdk/src/publish-lane.ts';
const outbox = 'client/sdk/src/outbox.ts';
const cursor = 'client/sdk/src/cursor.ts';
const subscription = 'client/sdk/src/subscription.ts';
const publishing = 'client/sdk/test/publishing.spec.ts';
const ends = 'client/sdk/test/a-publish-comes-to-an-end.spec.ts';
const subscribing = 'client/sdk/test/subscribing.spec.ts';
const cursors = 'client/sdk/test/cursor.spec.ts';

/** The client that publishes until it knows, and comes back to where it was. */
export const sdk = [
  {
    name: 'resend-without-its-id',
    bug: 'a publish is tried again under another id',
    rows: ['F3', 'F9', 'F17', 'F19'],
    file: lane,
    find: "connection.send('publish', publication.request, (answer) => {",
    replace:
      "connection.send('publish', publication.failures > 0 ? { ...publication.request, id: environment.freshId() } : publication.request, (answer) => {",
    check: fault('F17', 1, 2),
  },
  {
    name: 'unconfirmed-told-as-in-order',
    bug: 'a try that the server could not confirm and had not stored is not told of',
    rows: ['F17'],
    file: lane,
    find: 'reply.duplicate ? refusals : refusals + unconfirmed',
    replace: 'refusals',
    check: check(
      ends,
      'tells of a try that the server could not confirm and that had stored nothing',
    ),
  },
  {
    name: 'refusal-taken-for-an-answer',
    bug: 'a publish that was refused for now is told as stored',
    rows: ['F3', 'F4', 'F12', 'F15', 'F17'],
    file: lane,
    find: 'const waitMs = retryDelayMs(publication.failures, environment.random(), error.retryAfterMs);',
    replace:
      "const waitMs = 0; return this.#settle(publication, { receipt: { id: publication.request.id, channel: publication.request.channel, epoch: 'f'.repeat(16), offset: 1, at: 1, duplicate: false, refusals: 0 } });",
    check: { ...fault('F3', 4), otherwise: [fault('F3', 5), fault('F12', 3), fault('F12', 4)] },
  },
  {
    name: 'broadcasts-forgotten-with-the-run',
    bug: 'a copy of a broadcast is shown again after a reload',
    rows: ['F43'],
    file: 'client/sdk/src/message-stream.ts',
    find: 'if (this.#parts.isDurable()) this.#parts.seenBroadcasts.keep(broadcasts);',
    replace: '',
    check: check(
      subscribing,
      'copies of a broadcast are shown once, also when the other one comes after a restart',
    ),
  },
  {
    name: 'resend-after-dedup-seconds',
    bug: 'a publish is tried again when the server may have forgotten its id',
    rows: ['F12', 'F17'],
    file: lane,
    find: '(this.#leftMs(publication) <= 0 ? expired(publication) : null);',
    replace: 'null;',
    check: check(ends, 'that the server may have forgotten is not sent again, and is unknown'),
  },
  {
    name: 'never-gives-up',
    bug: 'a publish that nobody answers waits for ever',
    rows: ['F15', 'F19'],
    file: lane,
    // The time it has left, not the timer alone: what is tried again looks at it too.
    find: 'return leftMs(publication, now, connection.session?.limits.dedupSeconds ?? 0);',
    replace: 'return 2 ** 31 - 1;',
    check: check(ends, 'that nobody answers ends before the server may have forgotten it'),
  },
  {
    name: 'unknown-forgotten',
    bug: 'a publish that may have been stored is told as failed',
    rows: ['F9', 'F19'],
    file: lane,
    find: "if (error.outcome === 'unknown') publication.mayHaveArrived = true;",
    replace: '',
    check: check(publishing, 'a refusal after an unknown try is unknown'),
  },
  {
    name: 'overtaken-by-the-next-publish',
    bug: 'the next publish goes while the last one is tried again',
    rows: ['F17', 'F19'],
    file: lane,
    find: 'if (isHeld && all.some(([, { isUnderWay }]) => isUnderWay)) return null;',
    replace: '',
    check: check(publishing, 'one that must be tried again holds its channel, and no other'),
  },
  {
    name: 'outbox-of-a-client-without-bound',
    bug: 'publishes pile up while the client is offline',
    rows: ['F12', 'F18'],
    file: outbox,
    find: 'if (this.#unsettled.size >= messages || this.#bytes + payload.bytes > bytes) {',
    replace: 'if (messages < 0 || bytes < 0) {',
    check: check(ends, 'that is one too many is refused at once, by number and by bytes'),
  },
  {
    name: 'unacked-dropped-on-reload',
    bug: 'what was not acknowledged when the page was reloaded is forgotten',
    rows: ['F43'],
    file: outbox,
    find: 'publications.add(publication);\n      void this.#admit(publication, key);',
    replace: 'publications.add(publication);\n      void key;',
    check: check(
      'client/sdk/test/outbox-restart.spec.ts',
      'survives a restart, in order and under the same ids',
    ),
  },
  {
    name: 'refused-counts-as-done',
    bug: 'a publish that was refused for now is told as failed and not tried again',
    rows: ['F12', 'F27'],
    file: lane,
    find: 'if (!error.retryable) return',
    replace: 'if (error.code !== null) return',
    check: check(ends, 'that was refused for now is tried again under its id'),
  },
  {
    name: 'cursor-moved-by-an-overtaker',
    bug: 'a message without a position moves the place, and a resume skips what it overtook',
    rows: ['F36'],
    file: cursor,
    find: 'if (isNew) this.#overtook(offset, id);',
    replace: 'this.#close(offset);',
    check: check(
      cursors,
      'the application sees each offset once, in order per priority, or is told',
    ),
  },
  {
    name: 'repeats-shown',
    bug: 'what a resume brings again is shown again',
    rows: ['F1', 'F20', 'F36'],
    file: cursor,
    find: 'const isNew = !isBelow && !isTold && this.#overtakers.get(offset) !== id;',
    replace: 'const isNew = !isTold;',
    check: check(cursors, 'takes a message once'),
  },
  {
    name: 'rewound-place-not-taken',
    bug: 'what stands in a rewound place is taken for a repeat',
    rows: ['F24'],
    file: cursor,
    find: "if (reason === 'rewound') {",
    replace: "if (reason === 'purged') {",
    check: check(cursors, 'takes what stands in a rewound place'),
  },
  {
    name: 'epoch-not-begun-anew',
    bug: 'the first messages of a new life are taken for repeats of the old one',
    rows: ['F14'],
    file: cursor,
    find: 'if (this.#epoch !== null && this.#epoch !== epoch) {',
    replace: 'if (this.#epoch === undefined) {',
    check: check(cursors, 'takes the same offsets anew in a new epoch'),
  },
  {
    name: 'position-not-handed-back',
    bug: 'a client comes back without its position',
    rows: ['F1', 'F2', 'F3', 'F20', 'F21'],
    file: subscription,
    find: 'if (since !== undefined) request.since = since;',
    replace: 'void since;',
    check: fault('F20', 1),
  },
  {
    name: 'older-subscription-believed',
    bug: 'what an older subscription still sends is taken before the answer of the new one',
    rows: ['F20'],
    file: subscription,
    find: "if (this.#phase !== 'live') return;\n    this.#heardSomething = true;",
    replace: 'this.#heardSomething = true;',
    check: check(
      'client/sdk/test/a-new-subscription-begins-with-its-answer.spec.ts',
      'what still comes of an older subscription is not shown before the answer',
    ),
  },
  {
    name: 'jitter-off',
    bug: 'clients that were cut at once come back at once',
    rows: ['F20', 'F38'],
    file: 'client/sdk/src/retry-delay.ts',
    find: 'HINT_CAP_MS) + random * bound;',
    replace: 'HINT_CAP_MS) + bound;',
    check: check(
      'client/sdk/test/connection-state.spec.ts',
      'jitter is full: a retry may come at once',
    ),
  },
  {
    name: 'hint-not-followed',
    bug: 'a client comes back before the time that the server named',
    rows: ['F2', 'F38'],
    file: 'client/sdk/src/retry-delay.ts',
    find: 'return Math.min(Math.max(0, hintMs), HINT_CAP_MS) +',
    replace: 'return Math.min(Math.max(0, 0 * hintMs), HINT_CAP_MS) +',
    check: check(
      'client/sdk/test/connecting.spec.ts',
      'a drained server names the wait, and it is kept',
    ),
  },
  {
    name: 'silent-server-waited-for',
    bug: 'a server that takes the connection and says nothing is waited for without end',
    rows: ['F3', 'F21'],
    file: 'client/sdk/src/socket-attempt.ts',
    find: "this.#lose(unreachable('No session came in time: it is tried again by itself.'));",
    replace: 'void unreachable;',
    check: check(
      'client/sdk/test/connecting.spec.ts',
      'a server that accepts and then says nothing is given up in time',
    ),
  },
  {
    name: 'requests-of-a-cut-connection',
    bug: 'a request whose connection was cut is never settled',
    rows: ['F20', 'F23'],
    file: 'client/sdk/src/socket-attempt.ts',
    find: 'for (const fail of [...this.#unanswered]) fail(error);',
    replace: 'void error;',
    check: check(publishing, 'silence and a cut connection are unknown outcomes too'),
  },
  {
    name: 'broadcast-shown-twice',
    bug: 'a copy of a broadcast that comes by another channel is shown again',
    rows: ['F1', 'F20'],
    file: 'client/sdk/src/seen-broadcasts.ts',
    find: 'if (this.#ids.has(id)) return true;',
    replace: '',
    check: check(subscribing, 'copies of a broadcast are shown once, wherever they come'),
  },
];
