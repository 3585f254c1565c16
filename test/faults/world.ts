import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { register } from '../support/actors.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { eventually } from '../support/eventually.js';
import { policyFile } from '../support/policy-file.js';
import { FaultProxy } from './fault-proxy.js';
import { RedisNode } from './redis-node.js';
import { type Random, seededRandom } from '../../client/cli/src/verify/seeded-random.js';
import { WallClocks } from './wall-clocks.js';

export const INSTANCES = 3;
/** How long SIGUSR2 keeps the event loop of an instance busy. */
export const STALL_MS = 2_000;
/** The wall clock of Redis, as `jump` names it; an instance's has the name of the instance. */
export const REDIS_CLOCK = 'redis';

const preloads = ['stall-event-loop.mjs', 'failpoint.mjs']
  .map((name) => pathToFileURL(path.join(import.meta.dirname, 'preload', name)))
  .map(({ href }) => `--import=${href}`)
  .join(' ');

/** Where an instance breaks from inside, `times` times: between two sockets of one fan-out, or in a publish. */
export type Failpoint =
  | {
      readonly place: 'fan-out';
      readonly after: number;
      readonly deed: 'throw' | 'die';
      readonly times: number;
    }
  | { readonly place: 'publish'; readonly deed: 'throw'; readonly times: number };

const rate = { perSecond: 10_000, burst: 10_000 };

/** Long enough that nothing is trimmed, but where trimming is the fault. */
const policy = {
  namespaces: {
    chat: { history: { size: 20_000, maxBytes: 33_554_432 }, rate },
    small: { history: { size: 10 }, rate },
    /** Acknowledged when a replica has it, which there is only while a row adds one. */
    safe: { history: { size: 20_000, maxBytes: 33_554_432 }, replicas: 1, rate },
  },
};

/** One instance, whatever process it is just now, and its own way to Redis. */
export interface Instance {
  readonly name: string;
  readonly redis: FaultProxy;
  /** The current process, or the last one. */
  process: CarillonProcess;
  isUp: boolean;
}

/** A cluster in which everything talks through proxies: clients to instances, instances to Redis. */
export class World {
  readonly #doors = new Set<FaultProxy>();
  #note: (what: string) => void = () => undefined;
  #random: Random = seededRandom(0);
  readonly #jumped = new Set<string>();

  #redis: RedisNode;
  /** Beside the one that is in use: it follows that one, or was in use before. */
  #other: RedisNode | null = null;
  /** The only one that still uses `#other`, while the cluster is divided. */
  #left: string | null = null;

  private constructor(
    redis: RedisNode,
    readonly instances: readonly Instance[],
    private readonly config: string,
    private readonly clocks: WallClocks | null,
  ) {
    this.#redis = redis;
  }

  /** Starts Redis and the instances; all is ended with the test file. */
  static async start(): Promise<World> {
    const clocks = await WallClocks.build();
    const redis = await RedisNode.start(await clocks?.environment(REDIS_CLOCK));
    const config = await policyFile(policy);
    const instances: Instance[] = [];
    const world = new World(redis, instances, config, clocks);
    const numbers = Array.from({ length: INSTANCES }, (_, number) => number);
    instances.push(...(await Promise.all(numbers.map((number) => world.#instance(number)))));
    return world;
  }

  /** The Redis that is in use; after a failover another one. */
  get redis(): RedisNode {
    return this.#redis;
  }

  /** Where faults are noted, and what they are chosen by, from now on. */
  attend(note: (what: string) => void, random: Random): void {
    this.#note = note;
    this.#random = random;
  }

  note(what: string): void {
    this.#note(what);
  }

  instance(number: number): Instance {
    const instance = this.instances[number % this.instances.length];
    if (instance === undefined) throw new Error(`no instance ${number}`);
    return instance;
  }

  /** One door to each instance for one client, so that a fault can pick who it meets. */
  async doorsFor(client: string): Promise<readonly FaultProxy[]> {
    const doors: FaultProxy[] = [];
    for (const instance of this.instances) {
      const door = await FaultProxy.start({
        name: `${client}-to-${instance.name}`,
        target: () => instance.process.port,
        random: this.#random,
        note: (what) => this.note(what),
      });
      this.#doors.add(door);
      doors.push(door);
    }
    return doors;
  }

  get doors(): Iterable<FaultProxy> {
    return this.#doors;
  }

  /** Connections of clients to one instance. */
  clientsOf({ name }: Instance): number {
    let count = 0;
    for (const door of this.#doors)
      if (door.name.endsWith(`-to-${name}`)) count += door.links.length;
    return count;
  }

  async kill(instance: Instance): Promise<void> {
    instance.isUp = false;
    this.note(`SIGKILL ${instance.name}`);
    instance.process.kill('SIGKILL');
    await instance.process.exited;
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(instance: Instance): Promise<number | null> {
    this.note(`SIGTERM ${instance.name}`);
    const code = await instance.process.stop();
    instance.isUp = false;
    return code;
  }

  async restart(instance: Instance): Promise<void> {
    instance.process = await this.#launch(instance.name, instance.redis);
    instance.isUp = true;
    this.note(`${instance.name} is back`);
  }

  /** Keeps the event loop of an instance busy for `STALL_MS`. */
  stall({ name, process }: Instance): void {
    this.note(`${name} is busy for ${STALL_MS} ms`);
    process.kill('SIGUSR2');
  }

  /** Arms it; resolves with how often it was met, when that is as often as it was to be. */
  async breakAt({ name, process }: Instance, failpoint: Failpoint): Promise<number> {
    const { place, deed, times } = failpoint;
    this.note(`${name} is to ${deed} in ${place}, ${times} times`);
    const met = () => process.logs().filter((line) => line.startsWith('failpoint: ')).length;
    const before = met();
    await writeFile(this.#failpointOf(name), JSON.stringify(failpoint));
    process.kill('SIGPWR');
    await eventually(`${name} met it`, () => met() - before === times);
    return met() - before;
  }

  /** Resolves when an instance that is to end by itself has ended. */
  async ended(instance: Instance): Promise<void> {
    await instance.process.exited;
    instance.isUp = false;
    this.note(`${instance.name} has ended`);
  }

  /** Sets the wall clock of Redis, or of the instance of this name, apart from the machine's. */
  async jump(clock: string, aheadMs: number): Promise<void> {
    if (this.clocks === null) throw new Error('without a C compiler no clock can jump');
    this.#jumped.add(clock);
    this.note(`the clock of ${clock} is ${aheadMs} ms ahead`);
    await this.clocks.set(clock, aheadMs);
  }

  /** Adds a replica of Redis, for a failover; resolves with it when it has what the primary has. */
  async addReplica(): Promise<RedisNode> {
    const replica = await RedisNode.start(await this.clocks?.environment(REDIS_CLOCK));
    this.#other = replica;
    await replica.follow(this.redis);
    return replica;
  }

  /**
   * A failover that one instance does not hear of: it stays with the primary there was, all others
   * go to the replica, which is a primary now.
   */
  async divide(left: Instance): Promise<void> {
    const promoted = this.#other;
    if (promoted === null) throw new Error('there is no replica to promote');
    await promoted.command('REPLICAOF', 'NO', 'ONE');
    [this.#redis, this.#other, this.#left] = [promoted, this.#redis, left.name];
    this.note(`${left.name} is alone with the primary there was`);
    for (const instance of this.instances) if (instance !== left) instance.redis.reset();
  }

  /**
   * The primary there was becomes a replica of the one there is.
   * @param isTold its clients are cut off, as Sentinel does; otherwise they find out
   */
  async reunite(isTold: boolean): Promise<void> {
    const former = this.#other;
    if (former === null) throw new Error('the cluster was not divided');
    this.#left = null;
    await former.follow(this.redis);
    this.note(`there is one primary again, and its clients are ${isTold ? '' : 'not '}cut off`);
    if (!isTold) return;
    for (const type of ['normal', 'pubsub']) await former.command('CLIENT', 'KILL', 'TYPE', type);
  }

  /** Ends every fault there can be; resolves when all instances are ready. */
  async heal(): Promise<void> {
    for (const door of this.#doors) door.heal();
    for (const { redis } of this.instances) redis.heal();
    for (const clock of this.#jumped) await this.clocks?.set(clock, 0);
    this.#jumped.clear();
    this.#left = null;
    await this.#other?.end();
    this.#other = null;
    if (!this.redis.isUp) await this.redis.restart();
    this.redis.signal('SIGCONT');
    for (const { process } of this.instances) process.kill('SIGCONT');
    await this.redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await this.redis.command('REPLICAOF', 'NO', 'ONE');
    await this.redis.mendSaving();
    for (const instance of this.instances) if (!instance.isUp) await this.restart(instance);
    await Promise.all(
      this.instances.map(({ name, process: { url } }) =>
        eventually(
          `${name} is ready again`,
          async () => (await fetch(`${url}/health/ready`)).status === 200,
          { deadlineMs: 20_000 },
        ),
      ),
    );
    this.note('healed');
  }

  /** Ends what one injection had opened. */
  closeDoors(): void {
    for (const door of this.#doors) door.end();
    this.#doors.clear();
  }

  /** Ends everything at once: for a world in which something went wrong. */
  async end(): Promise<void> {
    this.closeDoors();
    for (const { redis, process } of this.instances) {
      process.kill('SIGKILL');
      redis.end();
    }
    await this.redis.end();
    await this.#other?.end();
  }

  async #instance(number: number): Promise<Instance> {
    const name = `i${number}`;
    const redis = await FaultProxy.start({
      name: `redis-of-${number}`,
      target: () => (this.#left === name ? (this.#other ?? this.redis) : this.redis).port,
      random: { ...seededRandom(number), next: () => this.#random.next() },
      note: (what) => this.note(what),
    });
    register({ name: redis.name, end: () => redis.end() });
    return { name, redis, process: await this.#launch(name, redis), isUp: true };
  }

  #failpointOf(name: string): string {
    return path.join(path.dirname(this.config), `failpoint-of-${name}.json`);
  }

  async #launch(name: string, proxy: FaultProxy): Promise<CarillonProcess> {
    return startCarillon({
      redisUrl: `redis://127.0.0.1:${proxy.port}`,
      env: {
        ...{ INSTANCE_ID: name, CARILLON_CONFIG: this.config, LOG_LEVEL: 'info' },
        ...{ NODE_OPTIONS: preloads, STALL_MS: String(STALL_MS) },
        FAILPOINT_FILE: this.#failpointOf(name),
        ...(await this.clocks?.environment(name)),
      },
    });
  }
}
