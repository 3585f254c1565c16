import { check, fault } from './checks.mjs';

const file = 'src/broker/redis/appender.ts';
const script = 'src/broker/redis/append-script.ts';
const wire = 'src/broker/redis/append-wire.ts';
const order = 'test/unit/broker/publishes-keep-their-order-on-the-way.spec.ts';
const givenUp = 'test/unit/broker/what-is-given-up-counts-until-it-is-over.spec.ts';
const confirmation = 'src/broker/redis/confirmation.ts';
const ways = 'src/broker/redis/append-ways.ts';
const moves = 'test/unit/broker/slots-that-move-keep-the-order.spec.ts';
const refusals = 'test/contract/redis-broker-refusals.spec.ts';
const outages = 'test/contract/redis-broker-outages.spec.ts';

/** The way of a publish to the store, and of what the store says to it. */
export const appender = [
  {
    name: 'urgent-overtakes-its-channel',
    bug: 'what is critical leaves before what came before it in its channel',
    rows: ['F37'],
    file: 'src/broker/redis/append-batches.ts',
    find: '(channels.has(one.publication.channel) ? urgent : others).push(one);',
    replace: '(isUrgent(one) ? urgent : others).push(one);',
    check: check(
      order,
      'what is critical does not wait for the end of its turn, and takes along what came before it in its channel',
    ),
  },
  {
    name: 'each-urgent-alone',
    bug: 'each critical publish of a turn takes a call of its own',
    rows: ['F37'],
    file,
    find: 'return !this.#hasHurried && this.options.replicas === 0;',
    replace: 'return this.options.replicas === 0;',
    check: check(
      order,
      'what else is critical in a turn shares the call at its end, and goes first in it',
    ),
  },
  {
    name: 'urgent-overtakes-the-forgotten',
    bug: 'what is critical overtakes a call that has to be sent again',
    rows: ['F37'],
    file,
    find: '    const { urgent, others } = apart(free);\n    // What is under way by now takes along what is held when it lands.\n    this.#collected = [...held, ...others];',
    replace:
      '    const { urgent, others } = apart(this.#collected);\n    this.#collected = others;\n    void [free, held];',
    check: check(order, 'what is critical stays behind a call that found the script forgotten'),
  },
  {
    name: 'ack-before-append',
    bug: 'a publish is acknowledged though nobody knows whether it was stored',
    rows: ['F3', 'F4', 'F12', 'F15', 'F17'],
    file,
    find: "if (ran.status === 'rejected') refuse(call, ran.reason);",
    replace:
      "if (ran.status === 'rejected') this.#settle(call, call.flatMap(() => [Buffer.from('f'.repeat(16)), 1]));",
    // In F4 a publish must be on its way just as the loop stops; in F15 one always is.
    check: { ...fault('F4', 1), otherwise: [fault('F4', 2), fault('F15', 1)] },
  },
  {
    name: 'unknown-told-as-failed',
    bug: 'a publish without an answer is told as failed, though it may have been stored',
    rows: ['F15', 'F17', 'F19'],
    file: script,
    find: "'unavailable',",
    replace: "'internal',",
    check: fault('F15', 1, 2, 3),
  },
  {
    name: 'id-of-one-call-only',
    bug: 'an id is known by the call that brought it, so a second try is another message',
    rows: ['F9', 'F15', 'F19'],
    file: wire,
    find: '`${publisher}\\n${id}`',
    replace: '`${publisher}\\n${id}\\n${newLife()}`',
    check: check(
      'test/contract/broker-redis.spec.ts',
      'the same id again is answered with the first result',
    ),
  },
  {
    name: 'dedup-entry-dropped-on-refusal',
    bug: 'an id that was refused for other content is forgotten, and its next try is stored again',
    rows: ['F19'],
    file: 'src/broker/redis/lua/append.lua',
    find: '    if known then return repeated(known, digest) end\n    error(isNew)',
    replace:
      "    if known then if string.sub(known, 41) ~= digest then redis.call('HDEL', ids, idField) end return repeated(known, digest) end\n    error(isNew)",
    check: check(
      'test/contract/broker-redis.spec.ts',
      'an id that was refused for other content is still known',
    ),
  },
  {
    name: 'full-told-as-unavailable',
    bug: 'a store that is full is told as an unknown outcome',
    rows: ['F27'],
    file: script,
    find: 'if (isFull) {',
    replace: 'if (isFull && message === "") {',
    check: check(refusals, 'is overloaded when the memory is full'),
  },
  {
    name: 'pending-without-bound',
    bug: 'publishes pile up while the store is silent',
    rows: ['F15', 'F19'],
    file,
    find: 'if (isFull || this.#pendingBytes >= PENDING_BYTES_MAX * share) {',
    replace: 'if (isFull) {',
    check: check(order, 'what waits for answers is bounded by bytes'),
  },
  {
    name: 'given-up-not-counted',
    bug: 'what a slow store still has to take is not counted once it was given up, and piles up',
    rows: ['F15', 'F19'],
    file,
    find: 'run.whenOver(() => this.#forget(call));',
    replace: 'this.#forget(call);',
    check: check(givenUp, 'what was given up takes the room of what comes after'),
  },
  {
    name: 'given-up-counted-for-ever',
    bug: 'a late reply does not make room again, so that publishes are refused for ever',
    rows: ['F15', 'F19'],
    file: 'src/redis/wired-command.ts',
    find: 'else this.#then = then;',
    replace: 'else void [then, this.#then];',
    check: check(givenUp, 'there is room again after'),
  },
  {
    name: 'critical-refused-with-the-rest',
    bug: 'bulk that waits for the store leaves no room for what is critical',
    rows: ['F15'],
    file,
    find: 'const share = publication.lane === 0 ? 1 : SHARE_OF_OTHERS;',
    replace: 'const share = SHARE_OF_OTHERS;',
    check: check(order, 'of what may wait for answers, some is kept free for what is critical'),
  },
  {
    name: 'scripts-not-loaded-again',
    bug: 'scripts that were flushed are not loaded again',
    rows: ['F32'],
    file: 'src/redis/redis-script.ts',
    find: "error.message.startsWith('NOSCRIPT')",
    replace: "error.message === ''",
    check: fault('F32', 2),
  },
  {
    name: 'overtaken-by-the-next-call',
    bug: 'what comes after a call that found the script flushed goes before it',
    rows: ['F32'],
    file,
    find: 'return this.#ways.isFree(0) ? { free: all, held: [] } : { free: [], held: all };',
    replace: 'return { free: all, held: [] };',
    check: check(order, 'what comes after a call that found the script forgotten stays behind it'),
  },
  {
    name: 'overtaken-while-led-on',
    bug: 'the client of a cluster sends again what a node did not take, behind what was published after it',
    rows: ['F26'],
    file: 'src/redis/wired-command.ts',
    find: "if (redirections === 'told' || command.isSettled) told(error);",
    replace: 'if (command.isSettled) told(error);',
    check: check(
      'test/contract/redis-broker-shards.spec.ts',
      'numbers what is published while slots move in the order it was sent',
    ),
  },
  {
    name: 'overtaken-at-the-new-node',
    bug: 'what is published goes to a new node while what came before is under way to the old one',
    rows: ['F26'],
    file: ways,
    find: 'return known.node !== null && known.node === this.options.nodeOf(way);',
    replace: 'return true;',
    check: check(moves, 'nothing leaves for another node while something is under way'),
  },
  {
    name: 'overtaken-while-sent-again',
    bug: 'what is published overtakes a call that a node did not take and that has to be sent again',
    rows: ['F26'],
    file: ways,
    find: 'if (known.isDetour || known.turnedAway.length > 0) return false;',
    replace: '',
    check: check(moves, 'what comes after a call that was turned away with'),
  },
  {
    name: 'script-known-by-another-partition',
    bug: 'the text of the script is sent for one partition, and a call of another overtakes the one that found it forgotten',
    rows: ['F32'],
    file: ways,
    find: "if (this.#phase === 'landing' && this.#underWay === 0) {",
    replace: "if (this.#phase === 'landing') {",
    check: check(moves, 'a script that one partition found forgotten goes by its text'),
  },
  {
    name: 'led-on-for-ever',
    bug: 'a call that no node takes is sent again for as long as none does',
    rows: ['F26'],
    file: ways,
    find: 'turnedAway.findIndex(({ leftAt }) => leftAt > since)',
    replace: 'turnedAway.findIndex(({ leftAt }) => leftAt > since || leftAt > 0)',
    check: check(moves, 'a call that was led astray for too long is refused'),
  },
  {
    name: 'read-only-primary-kept',
    bug: 'a primary that was demoted is not left',
    rows: ['F26'],
    file,
    find: 'if (mustLeave) reconnect(this.options.client);',
    replace: 'void mustLeave;',
    check: check(refusals, 'leaves a primary that was demoted'),
  },
  {
    name: 'read-only-primary-kept-by-a-repeat',
    bug: 'a demoted primary is not left where it knows an id already and replicas must confirm',
    rows: ['F25'],
    file: confirmation,
    find: 'if (hasMessage(error) && error.message.includes(ONLY_ON_PRIMARIES)) reconnect(client);',
    replace: 'void [client, hasMessage];',
    check: check(refusals, 'leaves a demoted primary where replicas confirm, too'),
  },
  {
    name: 'replicas-not-awaited',
    bug: 'a publish is acknowledged before its replicas have it',
    rows: ['F24', 'F25'],
    file: confirmation,
    find: 'if (reached >= replicas) return;',
    replace: 'if (reached >= 0) return;',
    check: check(refusals, 'confirms with replicas only what they have'),
  },
  {
    name: 'commands-without-a-timeout',
    bug: 'a call waits for as long as the store stands still',
    rows: ['F15'],
    file: 'src/redis/redis-client.ts',
    find: 'commandTimeout: COMMAND_TIMEOUT_MS,\n    socketTimeout: SILENCE_MS,',
    replace: 'commandTimeout: 60_000,\n    socketTimeout: 60_000,',
    check: check(outages, 'settles every call while Redis stands still'),
  },
];
