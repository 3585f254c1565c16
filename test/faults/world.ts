import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { register } from '../support/actors.js';
import { type CarillonProcess, startCarillon } from '../support/carillon-process.js';
import { eventually } from '../support/eventually.js';
import { policyFile } from '../support/policy-file.js';
import { FaultProxy } from './fault-proxy.js';
import { RedisNode } from './redis-node.js';
import { Stores } from './stores.js';
import { type Random, seededRandom } from '../../client/cli/src/verify/seeded-random.js';
import { WallClocks } from './wall-clocks.js';

export const INSTANCES = 3;
/** How long SIGUSR2 keeps the event loop of an instance busy. */
export const STALL_MS = 2_000;
/** The wall clock of Redis, as `jump` names it; an instance's has the name of the instance. */
export const REDIS_CLOCK = 'redis';

const preloads = ['stall-event-loop.mjs', 'failpoint.mjs', 'tell-memory.mjs']
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

/** What the namespace `brief` keeps a message for. */
export const BRIEF_SECONDS = 4;
/** Its name, as that of a channel begins with it. */
export const BRIEF = 'brief:';

const rate = { perSecond: 10_000, burst: 10_000 };

/** A history that trims nothing by its size. */
function long(more: { readonly ttlSeconds?: number } = {}) {
  return { history: { size: 20_000, maxBytes: 33_554_432, ...more } };
}

/** Long enough that nothing is trimmed, but where trimming is the fault. */
const policy = {
  namespaces: {
    chat: { ...long(), maxPriority: 'critical', rate },
    /** The default is a hundred, which the broadcasts of many injections outlive. */
    ...Object.fromEntries(
      ['$everyone', '$user', '$tag'].map((name) => [name, { history: { size: 5_000 } }]),
    ),
    small: { history: { size: 10 }, maxPriority: 'critical', rate },
    brief: { ...long({ ttlSeconds: BRIEF_SECONDS }), maxPriority: 'critical', rate },
    /** Rules of its own where clients are told those of the namespace `default`. */
    own: {
      ...{ ...long(), maxPriority: 'critical', rate },
      ...{ dedupSeconds: 2, maxMessageBytes: 131_072 },
    },
    /** Acknowledged when a replica has it, which there is only while a row adds one. */
    safe: { ...long(), replicas: 1, rate },
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

  private constructor(
    readonly stores: Stores,
    readonly instances: readonly Instance[],
    private readonly config: string,
    private readonly clocks: WallClocks | null,
  ) {}

  /** Starts Redis and the instances; all is ended with the test file. */
  static async start(): Promise<World> {
    const clocks = await WallClocks.build();
    const startRedis = async () => RedisNode.start(await clocks?.environment(REDIS_CLOCK));
    const stores = new Stores(await startRedis(), startRedis);
    const config = await policyFile(policy);
    const instances: Instance[] = [];
    const world = new World(stores, instances, config, clocks);
    const numbers = Array.from({ length: INSTANCES }, (_, number) => number);
    instances.push(...(await Promise.all(numbers.map((number) => world.#instance(number)))));
    return world;
  }

  /** The Redis that is in use; after a failover another one. */
  get redis(): RedisNode {
    return this.stores.current;
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

  /** A door to any instance, another one for each connection: a balancer that keeps nobody where it was. */
  async wanderingDoor(client: string): Promise<FaultProxy> {
    let count = 0;
    const door = await FaultProxy.start({
      name: `${client}-to-any`,
      target: () => this.instance((count += 1)).process.port,
      random: this.#random,
      note: (what) => this.note(what),
    });
    this.#doors.add(door);
    return door;
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

  /** @param env beside what an instance has anyway, until it is restarted without */
  async restart(instance: Instance, env: Readonly<Record<string, string>> = {}): Promise<void> {
    instance.process = await this.#launch(instance.name, instance.redis, env);
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

  /** A failover that one instance does not hear of; the others are cut off and go to the new primary. */
  async divide(left: Instance): Promise<void> {
    await this.stores.divide(left.name);
    this.note(`${left.name} is alone with the primary there was`);
    for (const instance of this.instances) if (instance !== left) instance.redis.reset();
  }

  /** Ends every fault there can be; resolves when all instances are ready. */
  async heal(): Promise<void> {
    for (const door of this.#doors) door.heal();
    for (const { redis } of this.instances) redis.heal();
    for (const clock of this.#jumped) await this.clocks?.set(clock, 0);
    this.#jumped.clear();
    await this.stores.heal();
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
    await this.stores.heal();
  }

  async #instance(number: number): Promise<Instance> {
    const name = `i${number}`;
    const redis = await FaultProxy.start({
      name: `redis-of-${number}`,
      target: () => this.stores.of(name).port,
      random: { ...seededRandom(number), next: () => this.#random.next() },
      note: (what) => this.note(what),
    });
    register({ name: redis.name, end: () => redis.end() });
    return { name, redis, process: await this.#launch(name, redis), isUp: true };
  }

  #failpointOf(name: string): string {
    return path.join(path.dirname(this.config), `failpoint-of-${name}.json`);
  }

  /** Where an instance writes what it holds when it is sent SIGURG. */
  memoryFileOf(name: string): string {
    return path.join(path.dirname(this.config), `memory-of-${name}.json`);
  }

  async #launch(
    name: string,
    proxy: FaultProxy,
    more: Readonly<Record<string, string>> = {},
  ): Promise<CarillonProcess> {
    return startCarillon({
      redisUrl: `redis://127.0.0.1:${proxy.port}`,
      env: {
        ...{ INSTANCE_ID: name, CARILLON_CONFIG: this.config, LOG_LEVEL: 'info' },
        ...{ NODE_OPTIONS: preloads, STALL_MS: String(STALL_MS) },
        FAILPOINT_FILE: this.#failpointOf(name),
        MEMORY_FILE: this.memoryFileOf(name),
        ...(await this.clocks?.environment(name)),
        ...more,
      },
    });
  }
}
