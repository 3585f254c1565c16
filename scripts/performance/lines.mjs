// The lines of docs/performance.md: which figures of which result stand in them.

const nest = 'nest-redis-adapter';
const adapter = 'socket-io-redis-adapter';
const streams = 'socket-io-redis-streams';
const centrifugo = 'centrifugo';

/** What they are called in the tables. */
const calledHere = { [nest]: 'NestJS', [adapter]: 'redis-adapter', [streams]: 'streams adapter' };

const us = { digits: 1, unit: 'µs' };
const wholeUs = { digits: 0, unit: 'µs' };
const ms = { digits: 1, unit: 'ms' };
const wholeMs = { digits: 0, unit: 'ms' };
const kib = { digits: 1, unit: 'KiB' };
const wholeKib = { digits: 0, unit: 'KiB' };
const perSecond = { digits: 0, unit: '/s' };

// Columns that stand in several lines, and what claims say of them.
const cpu = ['cpu', us];
const memory = ['resident', kib];
const low = ['low99', ms];
const high = ['high99', ms];
const recovery = ['above', wholeUs];
const delivery = 'CPU per delivery, carillon';
const tenMs = `${delivery}-10ms`;

/**
 * A line: its name; the scenario; which of its claims it is (what it says, and against whom); then figures of
 * rows or claims and words, for the columns `ours` and `against`.
 */
function line(name, scenario, claim, ours, against) {
  return { name, scenario, claim, ours, against };
}

/** The median of a column in the row of somebody. */
function of(subject, column, form, label = '') {
  return { subject, column, form, label };
}

/** The median of another claim. */
function told(what, form, label = '') {
  return { what, form, label };
}

/** A line beside a peer: the same column of both. */
function beside(name, scenario, what, [column, form], peer, ours = 'carillon', theirs = peer) {
  const label = peer === centrifugo ? '' : `${calledHere[peer]}, `;
  return line(
    name,
    scenario,
    [what, peer],
    [of(ours, column, form)],
    [of(theirs, column, form, label)],
  );
}

export const goals = [
  beside('spaced, CPU per delivery', 'spaced', delivery, cpu, nest),
  beside('bursts of ten', 'burst', delivery, cpu, nest),
  beside('hot stream, window of 5 ms', 'hot', delivery, cpu, nest),
  line(
    'hot stream, window of 10 ms',
    'hot',
    [tenMs, nest],
    [of('carillon-10ms', 'cpu', us)],
    ['the same'],
  ),
  beside(
    'publish with log, Node CPU',
    'publish-with-log',
    'Node CPU per publish with the log',
    cpu,
    streams,
  ),
  line(
    'publish with log, Redis CPU',
    'publish-with-log',
    ['Redis CPU per publish with the log', null],
    [of('carillon', 'redis', us)],
    [of(streams, 'redis', us, 'streams adapter, ')],
  ),
  beside(
    'the same publishes from 16 connections, Node CPU',
    'publish-by-few',
    'Node CPU per publish with the log',
    cpu,
    streams,
  ),
  beside(
    "remote p99 at 20 % of the adapter's knee",
    'remote-latency',
    'remote p99 at 20 % of the knee',
    low,
    adapter,
  ),
  beside('remote p99 at 70 %', 'remote-latency', 'remote p99 at 70 % of the knee', high, adapter),
  beside('memory of an idle connection', 'idle-memory', 'memory per idle connection', memory, nest),
  beside(
    'the same as shipped: with presence, and a heartbeat of 6 s',
    'idle-memory',
    'memory per idle connection, as shipped',
    memory,
    nest,
    'carillon-as-shipped',
  ),
  beside(
    'memory beside Socket.IO without a framework',
    'idle-memory',
    'memory per idle connection',
    memory,
    adapter,
  ),
  line(
    'C(8)/C(1), server and Redis',
    'instances',
    ['carillon: C(8)/C(1)', null],
    [of('carillon ×1', 'both', wholeUs), of('carillon ×8', 'both', wholeUs, ' → ')],
    [
      told(`${adapter}: C(8)/C(1)`, { digits: 2, unit: '×' }, 'redis-adapter '),
      told(`${centrifugo}: C(8)/C(1)`, { digits: 2, unit: '×' }, ', Centrifugo '),
    ],
  ),
  beside(
    'recovery in a reconnect storm, for a client, above the same storm without',
    'reconnect-storm',
    'server CPU of recovery, above the same storm without',
    recovery,
    streams,
  ),
  line(
    'critical p99 while bulk runs at 120 % of the knee',
    'critical-in-overload',
    [/^critical p99 at 120 % of the knee/, null],
    [of('carillon, both', 'c99', ms), of('carillon, calm', 'c99', ms, ', calm ')],
    [of(`${adapter}, both`, 'c99', wholeMs, 'redis-adapter at its own knee, ')],
  ),
  line(
    'event-loop delay p99.9 meanwhile',
    'critical-in-overload',
    ['event-loop delay p99.9 meanwhile', null],
    [of('carillon, both', 'loop', ms)],
    [of(`${adapter}, both`, 'loop', wholeMs, 'redis-adapter, ')],
  ),
  line(
    'bulk goodput meanwhile',
    'critical-in-overload',
    ['bulk goodput beside critical messages', 'bulk alone'],
    [of('carillon, both', 'goodput', perSecond)],
    [of('carillon, bulk alone', 'goodput', perSecond, 'bulk alone, ')],
  ),
  line(
    'RSS of a client that stalls',
    'stalled-neighbour',
    ['process RSS for each stalled client', null],
    [told('process RSS for each stalled client', wholeKib)],
    [told(`process RSS for each stalled client, ${adapter}`, wholeKib, 'redis-adapter, ')],
  ),
  line(
    'its heap and buffers, which freed memory may hide',
    'stalled-neighbour',
    [/^heap and buffers for each stalled client/, null],
    [told(/^heap and buffers for each stalled client/, wholeKib)],
    [],
  ),
  line(
    'p99 of its neighbours',
    'stalled-neighbour',
    ["neighbours' p99", 'nobody stalls'],
    [of('carillon, some stall', 'p99', ms)],
    [
      of('carillon, nobody stalls', 'p99', ms, 'nobody stalls, '),
      of(`${adapter}, some stall`, 'p99', ms, '; redis-adapter, '),
    ],
  ),
  line(
    'the same while 32 KiB messages fill the others',
    'stalled-neighbour',
    ["neighbours' p99 while what is large is sent to the others", 'nobody stalls'],
    [of('carillon, some stall', 'large', ms)],
    [of('carillon, nobody stalls', 'large', ms, 'nobody stalls, ')],
  ),
  line(
    'event-loop delay p99.9, fan-out to 10,000',
    'huge-fan-out',
    [/^event-loop delay p99.9 during a fan-out/, null],
    [of('carillon', 'loop999', ms)],
    [of(adapter, 'loop999', wholeMs, 'redis-adapter, ')],
  ),
  beside('many channels of two', 'many-channels', delivery, cpu, nest),
  beside('the same', 'many-channels', delivery, cpu, adapter),
];

export const besideCentrifugo = [
  beside('spaced', 'spaced', delivery, cpu, centrifugo),
  beside('bursts of ten', 'burst', delivery, cpu, centrifugo),
  beside('hot stream, window of 5 ms', 'hot', delivery, cpu, centrifugo),
  beside('hot stream, window of 10 ms', 'hot', tenMs, cpu, centrifugo, 'carillon-10ms'),
  beside('many channels of two', 'many-channels', delivery, cpu, centrifugo),
  beside(
    'publish with log',
    'publish-with-log',
    'server CPU per publish with the log',
    cpu,
    centrifugo,
  ),
  beside(
    'publish with log, Redis',
    'publish-with-log',
    'Redis CPU per publish with the log',
    ['redis', us],
    centrifugo,
  ),
  beside('remote p99 at 20 %', 'remote-latency', 'remote p99 at 20 % of the knee', low, centrifugo),
  beside(
    'remote p99 at 70 %',
    'remote-latency',
    'remote p99 at 70 % of the knee',
    high,
    centrifugo,
  ),
  beside(
    'memory of an idle connection',
    'idle-memory',
    'memory per idle connection',
    memory,
    centrifugo,
  ),
  beside(
    'recovery in a storm, for a client',
    'reconnect-storm',
    'server CPU of recovery, above the same storm without',
    recovery,
    centrifugo,
  ),
  beside(
    'eight instances, server and Redis',
    'instances',
    'server + Redis CPU per delivery on 8 instances',
    ['both', wholeUs],
    centrifugo,
    'carillon ×8',
    'centrifugo ×8',
  ),
];
