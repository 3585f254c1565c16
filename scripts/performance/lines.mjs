// The lines of docs/performance.md: which figures of which result stand in them.

const nest = 'nest-redis-adapter';
const adapter = 'socket-io-redis-adapter';
const streams = 'socket-io-redis-streams';
const centrifugo = 'centrifugo';

const scenarios = {
  critical: 'critical-in-overload',
  fanOut: 'huge-fan-out',
  idle: 'idle-memory',
  many: 'many-channels',
  publish: 'publish-with-log',
  remote: 'remote-latency',
  stalled: 'stalled-neighbour',
  storm: 'reconnect-storm',
};

const us = { digits: 1, unit: 'µs' };
const wholeUs = { digits: 0, unit: 'µs' };
const ms = { digits: 1, unit: 'ms' };
const wholeMs = { digits: 0, unit: 'ms' };
const kib = { digits: 1, unit: 'KiB' };
const wholeKib = { digits: 0, unit: 'KiB' };
const perSecond = { digits: 0, unit: '/s' };

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

export const goals = [
  line(
    'spaced, CPU per delivery',
    'spaced',
    ['CPU per delivery, carillon', nest],
    [of('carillon', 'cpu', us)],
    [of(nest, 'cpu', us, 'NestJS, ')],
  ),
  line(
    'bursts of ten',
    'burst',
    ['CPU per delivery, carillon', nest],
    [of('carillon', 'cpu', us)],
    [of(nest, 'cpu', us, 'NestJS, ')],
  ),
  line(
    'hot stream, window of 5 ms',
    'hot',
    ['CPU per delivery, carillon', nest],
    [of('carillon', 'cpu', us)],
    [of(nest, 'cpu', us, 'NestJS, ')],
  ),
  line(
    'hot stream, window of 10 ms',
    'hot',
    ['CPU per delivery, carillon-10ms', nest],
    [of('carillon-10ms', 'cpu', us)],
    ['the same'],
  ),
  line(
    'publish with log, Node CPU',
    scenarios.publish,
    ['Node CPU per publish with the log', streams],
    [of('carillon', 'cpu', us)],
    [of(streams, 'cpu', us, 'streams adapter, ')],
  ),
  line(
    'publish with log, Redis CPU',
    scenarios.publish,
    ['Redis CPU per publish with the log', null],
    [of('carillon', 'redis', us)],
    [of(streams, 'redis', us, 'streams adapter, ')],
  ),
  line(
    'the same publishes from 16 connections, Node CPU',
    'publish-by-few',
    ['Node CPU per publish with the log', streams],
    [of('carillon', 'cpu', us)],
    [of(streams, 'cpu', us, 'streams adapter, ')],
  ),
  line(
    "remote p99 at 20 % of the adapter's knee",
    scenarios.remote,
    ['remote p99 at 20 % of the knee', adapter],
    [of('carillon', 'low99', ms)],
    [of(adapter, 'low99', ms, 'redis-adapter, ')],
  ),
  line(
    'remote p99 at 70 %',
    scenarios.remote,
    ['remote p99 at 70 % of the knee', adapter],
    [of('carillon', 'high99', ms)],
    [of(adapter, 'high99', ms, 'redis-adapter, ')],
  ),
  line(
    'memory of an idle connection',
    scenarios.idle,
    ['memory per idle connection', nest],
    [of('carillon', 'resident', kib)],
    [of(nest, 'resident', kib, 'NestJS, ')],
  ),
  line(
    'the same as shipped: with presence, and a heartbeat of 6 s',
    scenarios.idle,
    ['memory per idle connection, as shipped', nest],
    [of('carillon-as-shipped', 'resident', kib)],
    [of(nest, 'resident', kib, 'NestJS, ')],
  ),
  line(
    'memory beside Socket.IO without a framework',
    scenarios.idle,
    ['memory per idle connection', adapter],
    [of('carillon', 'resident', kib)],
    [of(adapter, 'resident', kib, 'redis-adapter, ')],
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
  line(
    'recovery in a reconnect storm, for a client, above the same storm without',
    scenarios.storm,
    ['server CPU of recovery, above the same storm without', streams],
    [of('carillon', 'above', wholeUs)],
    [of(streams, 'above', wholeUs, 'streams adapter, ')],
  ),
  line(
    'critical p99 while bulk runs at 120 % of the knee',
    scenarios.critical,
    [/^critical p99 at 120 % of the knee/, null],
    [of('carillon, both', 'c99', ms), of('carillon, calm', 'c99', ms, ', calm ')],
    [of(`${adapter}, both`, 'c99', wholeMs, 'redis-adapter at its own knee, ')],
  ),
  line(
    'event-loop delay p99.9 meanwhile',
    scenarios.critical,
    ['event-loop delay p99.9 meanwhile', null],
    [of('carillon, both', 'loop', ms)],
    [of(`${adapter}, both`, 'loop', wholeMs, 'redis-adapter, ')],
  ),
  line(
    'bulk goodput meanwhile',
    scenarios.critical,
    ['bulk goodput beside critical messages', 'bulk alone'],
    [of('carillon, both', 'goodput', perSecond)],
    [of('carillon, bulk alone', 'goodput', perSecond, 'bulk alone, ')],
  ),
  line(
    'RSS of a client that stalls',
    scenarios.stalled,
    ['process RSS for each stalled client', null],
    [told('process RSS for each stalled client', wholeKib)],
    [told(`process RSS for each stalled client, ${adapter}`, wholeKib, 'redis-adapter, ')],
  ),
  line(
    'its heap and buffers, which freed memory may hide',
    scenarios.stalled,
    [/^heap and buffers for each stalled client/, null],
    [told(/^heap and buffers for each stalled client/, wholeKib)],
    [],
  ),
  line(
    'p99 of its neighbours',
    scenarios.stalled,
    ["neighbours' p99", 'nobody stalls'],
    [of('carillon, some stall', 'p99', ms)],
    [
      of('carillon, nobody stalls', 'p99', ms, 'nobody stalls, '),
      of(`${adapter}, some stall`, 'p99', ms, '; redis-adapter, '),
    ],
  ),
  line(
    'the same while 32 KiB messages fill the others',
    scenarios.stalled,
    ["neighbours' p99 while what is large is sent to the others", 'nobody stalls'],
    [of('carillon, some stall', 'large', ms)],
    [of('carillon, nobody stalls', 'large', ms, 'nobody stalls, ')],
  ),
  line(
    'event-loop delay p99.9, fan-out to 10,000',
    scenarios.fanOut,
    [/^event-loop delay p99.9 during a fan-out/, null],
    [of('carillon', 'loop999', ms)],
    [of(adapter, 'loop999', wholeMs, 'redis-adapter, ')],
  ),
  line(
    'many channels of two',
    scenarios.many,
    ['CPU per delivery, carillon', nest],
    [of('carillon', 'cpu', us)],
    [of(nest, 'cpu', us, 'NestJS, ')],
  ),
  line(
    'the same',
    scenarios.many,
    ['CPU per delivery, carillon', adapter],
    [of('carillon', 'cpu', us)],
    [of(adapter, 'cpu', us, 'redis-adapter, ')],
  ),
];

/** A line beside Centrifugo: the same column of both. */
function beside(name, scenario, what, column, form, ours = 'carillon', theirs = centrifugo) {
  return line(
    name,
    scenario,
    [what, centrifugo],
    [of(ours, column, form)],
    [of(theirs, column, form)],
  );
}

export const besideCentrifugo = [
  beside('spaced', 'spaced', 'CPU per delivery, carillon', 'cpu', us),
  beside('bursts of ten', 'burst', 'CPU per delivery, carillon', 'cpu', us),
  beside('hot stream, window of 5 ms', 'hot', 'CPU per delivery, carillon', 'cpu', us),
  beside(
    'hot stream, window of 10 ms',
    'hot',
    'CPU per delivery, carillon-10ms',
    'cpu',
    us,
    'carillon-10ms',
  ),
  beside('many channels of two', scenarios.many, 'CPU per delivery, carillon', 'cpu', us),
  beside('publish with log', scenarios.publish, 'server CPU per publish with the log', 'cpu', us),
  beside(
    'publish with log, Redis',
    scenarios.publish,
    'Redis CPU per publish with the log',
    'redis',
    us,
  ),
  beside('remote p99 at 20 %', scenarios.remote, 'remote p99 at 20 % of the knee', 'low99', ms),
  beside('remote p99 at 70 %', scenarios.remote, 'remote p99 at 70 % of the knee', 'high99', ms),
  beside(
    'memory of an idle connection',
    scenarios.idle,
    'memory per idle connection',
    'resident',
    kib,
  ),
  beside(
    'recovery in a storm, for a client',
    scenarios.storm,
    'server CPU of recovery, above the same storm without',
    'above',
    wholeUs,
  ),
  beside(
    'eight instances, server and Redis',
    'instances',
    'server + Redis CPU per delivery on 8 instances',
    'both',
    wholeUs,
    'carillon ×8',
    'centrifugo ×8',
  ),
];
