import type { Deployment } from '../deployment/deployment.js';
import type { Refusal } from '../deployment/open-socket.js';
import { type History, monotonicNs } from './history.js';
import { channelsOf, type Plan } from './plan.js';
import { PlainReader } from './plain-reader.js';
import { Publisher } from './publisher.js';
import type { LastMessage, Reader } from './reader.js';
import { SdkReader } from './sdk-reader.js';
import { type Random, seededRandom, seedOf } from './seeded-random.js';
import { lasting, until } from './until.js';

/** Tokens outlive the run by this much. */
const SPARE_SECONDS = 3_600;
/** A reader that left is away for at most this long. */
const AWAY_MS = 3_000;
/** Mean time that it stays before it leaves again. */
const STAY_MS = 4_000;
/** After the last word: what comes twice may come late. */
const CALM_NS = 300_000_000;
/** A last message that a fault took is followed by another one. */
const ROUNDS = 3;

/** Somebody that the server will not have any more, and what it said. */
export interface Refused {
  readonly who: string;
  readonly refusal: Refusal;
}

/**
 * Publishers and readers. The load is open: what is sent when is decided by the seed alone, so a
 * stall shows as lateness and not as fewer sends.
 */
export class Workload {
  readonly channels: readonly string[];
  readonly publishers: Publisher[] = [];
  readonly readers: Reader[] = [];
  readonly instances = new Set<string>();
  #refused: Refused | null = null;
  #leaves = 0;

  private constructor(
    private readonly plan: Plan,
    private readonly deployment: Deployment,
    private readonly history: History,
  ) {
    this.channels = channelsOf(plan);
  }

  /** Connects everybody; nothing is published yet. */
  static async connect(
    plan: Plan,
    deployment: Deployment,
    history: History,
    stop: AbortSignal,
  ): Promise<Workload> {
    const workload = new Workload(plan, deployment, history);
    for (let n = 0; n < plan.publishers; n += 1) await workload.#addPublisher(n);
    for (let n = 0; n < plan.subscribers; n += 1) await workload.#addReader(n);
    for (const each of [...workload.publishers, ...workload.readers]) each.start();
    const isThere = () => workload.refused !== null || workload.#areAllConnected();
    await until(isThere, plan.settleSeconds * 1_000, stop);
    return workload;
  }

  /** The first who was refused for good: the run cannot be finished then. */
  get refused(): Refused | null {
    return this.#refused;
  }

  /** How often a reader left of its own will. */
  get leaves(): number {
    return this.#leaves;
  }

  /** Connections lost so far, of everybody. */
  get drops(): number {
    return [...this.readers, ...this.publishers].reduce((sum, { drops }) => sum + drops, 0);
  }

  /** Who is not connected just now. */
  get absent(): string[] {
    return this.readers.filter(({ isConnected }) => !isConnected).map(({ name }) => name);
  }

  /** Publishes, leaves and comes back until the time is over, or `stop` is aborted. */
  async run(mayPublishHigh: boolean, stop: AbortSignal): Promise<void> {
    const { plan } = this;
    const end = new AbortController();
    const signal = AbortSignal.any([end.signal, stop]);
    const leavers = this.#leaversOf(seededRandom(seedOf(plan.seed, 1)));
    const leaving = leavers.map((reader, n) =>
      this.#comeAndGo(reader, seededRandom(seedOf(plan.seed, 100 + n)), signal),
    );
    const random = seededRandom(plan.seed);
    const endsAt = performance.now() + plan.seconds * 1_000;
    let dueAt = performance.now();
    while (!signal.aborted && this.#refused === null) {
      dueAt -= (Math.log(1 - random.next()) * 1_000) / plan.perSecond;
      if (dueAt > endsAt) break;
      const publisher = random.pick(this.publishers);
      const channel = random.pick(this.channels);
      const priority = random.next() < 0.1 && mayPublishHigh ? 'high' : 'normal';
      const bytes = random.between(0, plan.bytes);
      const waitMs = dueAt - performance.now();
      if (waitMs > 1) await lasting(waitMs, signal);
      if (!signal.aborted) void publisher.publish(channel, priority, bytes);
    }
    if (this.#refused === null) await lasting(endsAt - performance.now(), signal);
    end.abort();
    await Promise.all(leaving);
  }

  /**
   * Waits until everything is settled and everybody has the last message of every channel.
   * Resolves with what did not come to rest in time.
   */
  async drain(): Promise<string[]> {
    const deadlineMs = this.plan.settleSeconds * 1_000;
    const isSettled = await until(
      () => this.#refused !== null || this.publishers.every(({ open }) => open === 0),
      deadlineMs,
    );
    if (this.#refused !== null) return [];
    if (!isSettled) return ['some publishes have no answer'];
    let behind: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      behind = await this.#bringToTop(deadlineMs / ROUNDS);
      if (behind.length === 0) break;
    }
    await until(
      () => monotonicNs() - (this.history.facts.at(-1)?.at ?? 0) > CALM_NS,
      Math.min(deadlineMs, 5_000),
    );
    return behind;
  }

  async close(): Promise<void> {
    await Promise.all([...this.publishers, ...this.readers].map((it) => it.close()));
  }

  /** Publishes one more message to each channel and waits until it is everywhere. */
  async #bringToTop(withinMs: number): Promise<string[]> {
    const [publisher] = this.publishers;
    if (publisher === undefined) return [];
    const last = new Map<string, LastMessage>();
    // The least urgent: whatever waits at a server goes out before it.
    const sent = this.channels.map(async (channel) => {
      const place = await publisher.publish(channel, 'low', 0);
      if (place !== null) last.set(channel, place);
    });
    let isAnswered = false;
    void Promise.all(sent).then(() => (isAnswered = true));
    await until(() => isAnswered || this.#refused !== null, withinMs);
    const behind = () =>
      this.channels.flatMap((channel) => {
        const place = last.get(channel);
        if (place === undefined) return [`${channel} takes no more messages`];
        return this.readers
          .filter((reader) => !reader.isThrough(channel, place))
          .map(({ name }) => `${name} is not at the top of ${channel}`);
      });
    await until(() => this.#refused !== null || behind().length === 0, withinMs);
    return behind();
  }

  async #comeAndGo(reader: Reader, random: Random, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await lasting(-Math.log(1 - random.next()) * STAY_MS, stop);
      if (stop.aborted) return;
      this.#leaves += 1;
      await reader.leave();
      await lasting(random.between(50, AWAY_MS), stop);
      reader.comeBack();
    }
  }

  #leaversOf(random: Random): Reader[] {
    const left = [...this.readers];
    return Array.from({ length: Math.min(this.plan.leavers, left.length) }, () => {
      const reader = random.pick(left);
      left.splice(left.indexOf(reader), 1);
      return reader;
    });
  }

  #areAllConnected(): boolean {
    return [...this.publishers, ...this.readers].every(({ isConnected }) => isConnected);
  }

  async #addPublisher(number: number): Promise<void> {
    this.publishers.push(new Publisher(await this.#partsOf(`p${number}`, number)));
  }

  async #addReader(number: number): Promise<void> {
    const isPlain = number % 2 === 1;
    const name = `${isPlain ? 'plain' : 'sdk'}${number}`;
    const parts = { ...(await this.#partsOf(name, number)), channels: this.channels };
    this.readers.push(isPlain ? new PlainReader(parts) : new SdkReader(parts));
  }

  async #partsOf(name: string, number: number) {
    const { run, seconds, settleSeconds } = this.plan;
    const { urls } = this.deployment;
    const start = number % urls.length;
    const client = `verify-${run}-${name}`;
    return {
      name,
      client,
      urls: [...urls.slice(start), ...urls.slice(0, start)],
      token: await this.deployment.tokenFor(client, seconds + settleSeconds + SPARE_SECONDS),
      history: this.history,
      met: (instance: string) => void this.instances.add(instance),
      refused: (refusal: Refusal) => {
        this.#refused ??= { who: name, refusal };
      },
    };
  }
}
