import { check, fault } from './checks.mjs';

const hearing = 'src/broker/redis/bus.ts';
const link = 'src/broker/redis/bus-link.ts';
const subscriptions = 'src/broker/redis/subscriptions.ts';
const heartbeat = 'src/broker/redis/heartbeat.ts';
const shards = 'test/contract/redis-broker-shards.spec.ts';
const outages = 'test/contract/redis-broker-outages.spec.ts';
const beats = 'test/unit/broker/a-beat-that-comes-back-proves-the-bus.spec.ts';

/** The subscriptions of an instance, and what proves that they bring something. */
export const bus = [
  {
    name: 'no-resubscribe-after-reconnect',
    bug: 'a new connection for subscriptions is not subscribed to anything',
    rows: ['F12', 'F16'],
    file: subscriptions,
    find: 'const isDone = await this.#subscribe([...this.#wanted.keys()]);',
    replace:
      'const isDone = await this.#subscribe(this.#round > 2 ? [] : [...this.#wanted.keys()]);',
    check: fault('F12', 5),
  },
  {
    name: 'reconnect-not-taken-as-a-loss',
    bug: 'after a cut of the bus nobody looks for what was missed',
    rows: ['F16'],
    file: link,
    find: 'owner.asserted(this);',
    replace: '',
    check: check(outages, 'takes a subscription that was cut as a loss, and hears again'),
  },
  {
    name: 'deaf-subscription-kept',
    bug: 'a connection that brings no beats any more is kept',
    rows: ['F16b'],
    file: link,
    find: 'deaf: () => this.#subscriptions.renew(),',
    replace: 'deaf: () => undefined,',
    check: check(outages, 'leaves a subscription that has gone deaf'),
  },
  {
    name: 'heartbeat-ignored',
    bug: 'an instance is ready for as long as its connections look open',
    rows: ['F15', 'F16b'],
    file: link,
    find: 'this.#subscriptions.isAsserted && this.#heartbeat.isFresh',
    replace: 'this.#subscriptions.isAsserted',
    check: check(outages, 'settles every call while Redis stands still'),
  },
  {
    name: 'stall-taken-for-silence',
    bug: 'an event loop that stood still takes what it has not read yet for silence of the bus',
    rows: ['F4'],
    file: heartbeat,
    find: 'setImmediate(() => this.link.judge());',
    replace: 'this.link.judge();',
    check: check(beats, 'a loop that stood still is judged after what came meanwhile was read'),
  },
  {
    name: 'follow-not-confirmed',
    bug: 'a channel counts as followed before the server has confirmed it',
    rows: ['F38'],
    file: subscriptions,
    find: 'if (subscription.isConfirmed) return Promise.resolve();\n    return confirmationOf(subscription);',
    replace: 'confirmationOf(subscription).catch(() => undefined);\n    return Promise.resolve();',
    check: check(outages, 'is not ready without Redis, refuses at once'),
  },
  {
    name: 'one-shard-speaks-for-all',
    bug: 'in a cluster the beats of one primary prove the bus of all',
    rows: ['F15', 'F16b'],
    file: hearing,
    find: '.every(({ isSound }) => isSound)',
    replace: '.some(({ isSound }) => isSound)',
    check: check(shards, 'leaves a subscription that has gone deaf at any one of them'),
  },
  {
    name: 'moved-partition-left-behind',
    bug: 'a channel whose partition was moved is listened to where it was',
    rows: ['F16'],
    file: hearing,
    find: 'link.carry(names.get(node) ?? [], beatName);',
    replace: '',
    check: check(shards, 'hears what was moved to another one, from there'),
  },
  {
    name: 'map-never-doubted',
    bug: 'where partitions lie is learned once, and never again',
    rows: ['F16'],
    file: 'src/broker/redis/cluster-map.ts',
    find: 'this.client.refreshSlotsCache();',
    replace: '',
    check: check(
      'test/unit/broker/a-cluster-map-is-of-one-moment.spec.ts',
      'is asked for anew when somebody doubts it',
    ),
  },
];
