/**
 * Every scenario of the bench, in the order in which they run: its name is how it is asked for, its number
 * is that of the plan of measurement, its title says what is compared. Here, so that it can be told
 * before anything is built.
 */
export const scenarios = [
  {
    name: 'calibration',
    number: 'S0',
    title: 'a bare write to a socket, and what Redis takes for a publish and for a script',
  },
  {
    name: 'spaced',
    number: 'S1a',
    title: 'one message at a time, evenly spaced, to everybody in one channel',
  },
  {
    name: 'burst',
    number: 'S1b',
    title: 'ten messages in one turn, then a pause, to everybody in one channel',
  },
  {
    name: 'hot',
    number: 'S1c',
    title:
      'a steady stream of 500 messages per second to 60 connections, joined for 5 and for 10 ms',
  },
  {
    name: 'huge-fan-out',
    number: 'S1d',
    title: 'how late the event loop is while each message goes to 10,000 sockets',
  },
  {
    name: 'many-channels',
    number: 'S2',
    title: 'many channels of two subscribers each, written to in turn',
  },
  {
    name: 'publish-with-log',
    number: 'S3a',
    title: 'what it costs to publish with a log that clients can resume from, by 128 connections',
  },
  {
    name: 'publish-by-few',
    number: 'S3b',
    title: 'the same publishes, by 16 connections that write without pause',
  },
  {
    name: 'remote-latency',
    number: 'S4',
    title:
      'latency from one instance to another, at 20 % and at 70 % of what the Redis adapter carries',
  },
  {
    name: 'idle-memory',
    number: 'S5',
    title: 'memory of a connection that follows one channel and does nothing',
  },
  {
    name: 'reconnect-storm',
    number: 'S6',
    title: 'CPU of recovery in a reconnect storm, 10,000 entries behind',
  },
  {
    name: 'instances',
    number: 'S7',
    title: 'what a delivery costs on one and on eight instances, local channels',
  },
  {
    name: 'stalled-neighbour',
    number: 'S8',
    title: 'memory that a client which does not read costs, and how late its neighbours are',
  },
  {
    name: 'critical-in-overload',
    number: 'S9',
    title: 'how late critical messages are while bulk runs at 120 % of the knee',
  },
];
