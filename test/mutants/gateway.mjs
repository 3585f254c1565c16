import { check, fault } from './checks.mjs';

const handle = 'src/gateway/stream-writing.ts';
const wire = 'src/gateway/socket-wire.ts';
const beneath = 'test/unit/gateway/frames-go-beneath-a-stream.spec.ts';
const reader = 'src/gateway/frame-reader.ts';
const commandsBeneath = 'test/unit/gateway/commands-are-read-beneath-the-stream.spec.ts';
const wireBeneath = 'test/unit/gateway/a-wire-writes-beneath-the-stream.spec.ts';

/** The doors of an instance, and those who are inside. */
export const gateway = [
  {
    name: 'answers-made-all-at-once',
    bug: 'whatever a connection asks for is answered at once, whether it reads or not',
    rows: ['F5'],
    file: 'src/gateway/answer-gate.ts',
    find: 'const AT_A_TIME = 4;',
    replace: 'const AT_A_TIME = 100_000;',
    check: fault('F5', 1),
  },
  {
    name: 'dead-peer-kept',
    bug: 'a client that vanished without a goodbye is kept for a minute',
    rows: ['F21'],
    file: 'src/gateway/socket-adapter.ts',
    find: 'pingTimeout: config.pingTimeoutMs,',
    replace: 'pingTimeout: config.pingTimeoutMs * 10,',
    check: fault('F21', 1),
  },
  {
    name: 'stop-that-fails',
    bug: 'an instance that was told to stop ends with an error',
    rows: ['F2'],
    file: 'src/stop.ts',
    find: "logger.log('stopped');\n  process.exit(0);",
    replace: "logger.log('stopped');\n  process.exit(1);",
    check: fault('F2', 1),
  },
  {
    name: 'clients-not-moved',
    bug: 'the clients of an instance that stops are not told where they stand',
    rows: ['F2'],
    file: 'src/gateway/drain.ts',
    find: "code: 'draining',",
    replace: "code: 'internal',",
    check: check(
      'test/cluster/an-instance-ends.spec.ts',
      'on SIGTERM its clients are told and moved, it exits 0 in time, the others go on',
    ),
  },
  {
    name: 'resume-without-authorisation',
    bug: 'whoever has a position may subscribe',
    rows: ['F20'],
    file: 'src/gateway/carillon.gateway.ts',
    find: 'const { caller, channel } = await this.#requireSubscribe(connection, command.channel);',
    replace:
      'const { caller, channel } = since ? { caller: connection.caller, channel: requireClientChannel(command.channel) } : await this.#requireSubscribe(connection, command.channel);',
    check: check(
      'test/integration/authenticate.spec.ts',
      'a position opens no channel that the token does not cover',
    ),
  },
  {
    name: 'rights-not-asked-again',
    bug: 'a subscription stays when the renewed token does not cover it',
    rows: ['F49'],
    file: 'src/gateway/connections.ts',
    find: 'if (after.has(channel) || (await this.channels.maySubscribe(caller, channel))) continue;',
    replace: 'if (after.has(channel) || channel.length > 0) continue;',
    check: check(
      'test/integration/authenticate.spec.ts',
      'rights that are gone end the subscription, and say so',
    ),
  },
  {
    name: 'let-in-without-a-broker',
    bug: 'an instance that has no broker lets clients in',
    rows: ['F12', 'F18'],
    file: 'src/gateway/admission.ts',
    find: 'if (!this.broker.isReady() || this.store.problem() !== null) {',
    replace: 'if (this.store.problem() !== null) {',
    check: check(
      'test/integration/redis-comes-and-goes.spec.ts',
      'starts without Redis, says so, and is ready by itself once Redis is there',
    ),
  },
  {
    name: 'outage-not-told',
    bug: 'clients are not told that their instance has lost its broker',
    rows: ['F12', 'F15'],
    file: 'src/relay/relay-server.ts',
    find: "void this.#dispatch(FEED.status, { state: 'degraded', since: Math.trunc(this.broker.now()) });",
    replace: '',
    check: check(
      'test/unit/relay/a-followed-channel-is-looked-at-again.spec.ts',
      'that the broker is lost is told at once',
    ),
  },
  {
    name: 'killed-instance-keeps-its-people',
    bug: 'the people of a killed instance stay present for ever',
    rows: ['F1'],
    file: 'src/presence/presence.service.ts',
    find: 'const sweep = this.#lease.isTrusted ? this.#sweep.run() : null;',
    replace: 'const sweep = this.#lease.isTrusted ? this.#sweep : null;',
    check: check(
      'test/unit/presence/instances-that-end.spec.ts',
      'leave within 10 s of a kill, each user once',
    ),
  },
  {
    name: 'gone-at-the-first-cut',
    bug: 'a client whose connection broke has left at once, so a storm of reconnects is one of leaves',
    rows: ['F20', 'F38'],
    file: 'src/presence/attendance.ts',
    find: 'entry.leaveAtMs = this.surroundings.now() + LINGER_MS;',
    replace: 'entry.leaveAtMs = this.surroundings.now();',
    check: check(
      'test/unit/presence/clean-and-unclean-leaves.spec.ts',
      'counts after 5 s when the connection was lost',
    ),
  },
  {
    name: 'hole-in-the-bytes',
    bug: 'a connection goes on after a write that the kernel took a part of',
    rows: ['F37'],
    file: handle,
    find: 'if (failure !== 0) stream.destroy(errorOf(failure));',
    replace: 'void failure;',
    check: check(
      beneath,
      'is told as not whole when the peer goes away meanwhile, and the stream ends',
    ),
  },
  {
    name: 'encrypted-stream-bypassed',
    bug: 'frames go beneath a stream that encrypts them',
    rows: ['F37'],
    file: 'src/gateway/stream-binding.ts',
    find: "if (handle.constructor.name !== 'TCP' || typeof handle.writeBuffer !== 'function') return null;",
    replace: '',
    check: check(beneath, 'that is encrypted'),
  },
  {
    name: 'two-writes-beneath',
    bug: 'a second write waits beneath the stream and is counted no more when the first is done',
    rows: ['F37'],
    file: wire,
    find: "this.#held === 0 ? writeBeneath(stream, frames, this) : 'not written';",
    replace: 'writeBeneath(stream, frames, this);',
    check: check(
      wireBeneath,
      'no more than one write waits beneath the stream, and all that waits is counted',
    ),
  },
  {
    name: 'drained-though-gone',
    bug: 'whoever waits for a connection to drain is told so when its peer is gone',
    rows: ['F37'],
    file: wire,
    find: 'if (isWhole) for (const release of released ?? []) release();',
    replace: 'void isWhole;\n    for (const release of released ?? []) release();',
    check: check(wireBeneath, 'nobody is told that it drained when the peer goes away meanwhile'),
  },
  {
    name: 'answers-overtaken',
    bug: 'a push by way of Socket.IO overtakes the acknowledgements of its turn',
    rows: ['F37'],
    file: wire,
    find: 'this.flush();\n    this.socket.emit(event, payload);',
    replace: 'this.socket.emit(event, payload);',
    check: check(
      wireBeneath,
      'acknowledgements that are being collected stay before a push by way of Socket.IO',
    ),
  },
  {
    name: 'frames-cut-in-two',
    bug: 'a frame is taken while Socket.IO is in the middle of another',
    rows: ['F23'],
    file: reader,
    find: 'frames._fragmented === 0 &&',
    replace: '',
    check: check(commandsBeneath, 'are not taken in the middle of a message in fragments'),
  },
  {
    name: 'frames-taken-behind-a-head',
    bug: 'a command is taken though the packet before it waits for its binary part',
    rows: ['F23'],
    file: reader,
    find: '!client.decoder?.reconstructor &&',
    replace: '',
    check: check(commandsBeneath, 'are not taken behind a packet that waits for its binary part'),
  },
  {
    name: 'commands-overtake',
    bug: 'a command is taken before those that Socket.IO was given with the same read',
    rows: ['F23'],
    file: reader,
    find: 'this.stream.readableFlowing === true &&\n      this.stream.readableLength === 0',
    replace: 'true',
    check: check(commandsBeneath, 'wait while the stream is paused, and come in order after it'),
  },
  {
    name: 'rest-of-a-read-lost',
    bug: 'what a reader does not take of a read never reaches the stream',
    rows: ['F23'],
    file: 'src/gateway/stream-reading.ts',
    find: 'if (read > 0 && taken === read) return;',
    replace: 'if (read > 0 && taken > 0) return;',
    check: check(
      'test/unit/gateway/a-reader-looks-beneath-a-stream.spec.ts',
      'takes a part, and the stream gets the rest',
    ),
  },
  {
    name: 'bytes-taken-for-text',
    bug: 'a frame that is no UTF-8 is taken for text',
    rows: ['F23'],
    file: 'src/gateway/incoming-event.ts',
    find: 'if (!isAscii && !isUtf8(plain.subarray(json, length))) return null;',
    replace: '',
    check: check(
      'test/unit/gateway/commands-are-read-from-frames.spec.ts',
      'is not taken when it is no UTF-8',
    ),
  },
];
