import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { Arrivals } from './arrivals.js';
import { Connection, type Surroundings } from './connection.js';
import type { Dialect } from './dialect.js';
import { dialectOf } from './dialects.js';
import type { Audience, Load, Traffic } from './orders.js';
import { stamped } from './stamp.js';

/** One connection in so many is decoded, for latency and order. */
const DECODED_EVERY = 64;

/** Connections that are being opened at the same time. */
const OPENING = 50;

/** How long the last message may take, in milliseconds. */
const ARRIVAL_MS = 10_000;

/** Different faults that are told; more of them say nothing new. */
const FAULTS_TOLD = 8;

/** The subscribers of one channel and the one who publishes there. */
export class Crowd {
  readonly #arrivals = new Arrivals();
  readonly #faults = new Set<string>();
  readonly #dialect: Dialect;
  readonly #publisher: Connection;
  readonly #subscribers: readonly Connection[];
  #published = 0;
  #answered = 0;

  constructor(private readonly audience: Audience) {
    this.#dialect = dialectOf(audience.dialect);
    const surroundings: Surroundings = {
      port: audience.port,
      dialect: this.#dialect,
      arrivals: this.#arrivals,
      fault: (message) => this.#fault(message),
    };
    this.#subscribers = Array.from(
      { length: audience.subscribers },
      (_, index) => new Connection(index, surroundings, index % DECODED_EVERY === 0),
    );
    this.#publisher = new Connection(audience.subscribers, surroundings, false);
  }

  /** Lets everybody in and, but for the publisher, into the channel. */
  async open(): Promise<void> {
    await this.#publisher.open();
    const waiting = this.#subscribers.values();
    const enter = async (): Promise<void> => {
      for (const connection of waiting) {
        await connection.open();
        await this.#join(connection);
      }
    };
    await Promise.all(Array.from({ length: OPENING }, enter));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscribers, this.#publisher].map((it) => it.close()));
  }

  /** Publishes, waits until everything has come or nothing more will, and counts. */
  async run(traffic: Traffic): Promise<Load> {
    this.#arrivals.clear();
    const before = this.#counts();
    const answeredBefore = this.#answered;
    const publishedBefore = this.#published;
    const startedAt = performance.now();
    const cpuBefore = process.cpuUsage();

    await this.#publish(traffic, startedAt);
    const elapsedMs = performance.now() - startedAt;
    const cpu = process.cpuUsage(cpuBefore);
    const published = this.#published - publishedBefore;
    const isComplete = (): boolean =>
      this.#answered - answeredBefore >= published &&
      this.#subscribers.every(({ messages }, i) => messages - (before[i] ?? 0) >= published);
    const deadline = performance.now() + ARRIVAL_MS;
    while (!isComplete() && performance.now() < deadline) await delay(5);
    // One that comes twice may come late.
    await delay(50);

    const counts = this.#counts().map((count, i) => count - (before[i] ?? 0));
    const delivered = counts.reduce((sum, count) => sum + count, 0);
    this.#judge(counts, published, this.#answered - answeredBefore);
    return {
      published,
      delivered,
      bytesPerDelivery: this.#bytesPerDelivery(),
      latency: this.#arrivals.latency(),
      generatorShare: (cpu.user + cpu.system) / 1000 / elapsedMs,
      faults: [...this.#faults],
    };
  }

  async #join(connection: Connection): Promise<void> {
    const reply = await new Promise((resolve) =>
      connection.request([this.#dialect.join(this.audience.channel)], resolve),
    );
    if (!this.#dialect.isOk(reply)) throw new Error(`joining failed: ${JSON.stringify(reply)}`);
  }

  /** Open loop: a group that is late is sent at once, and its lateness counts as latency. */
  async #publish(traffic: Traffic, startedAt: number): Promise<void> {
    const groups = Math.round(traffic.groupsPerSecond * traffic.seconds);
    const everyMs = 1000 / traffic.groupsPerSecond;
    for (let group = 0; group < groups; group += 1) {
      const dueAt = startedAt + group * everyMs;
      const wait = dueAt - performance.now();
      if (wait >= 1) await delay(wait);
      this.#publishGroup(traffic, dueAt);
    }
    const wait = startedAt + groups * everyMs - performance.now();
    if (wait > 0) await delay(wait);
  }

  #publishGroup({ groupSize, bytes }: Traffic, dueAt: number): void {
    const events = Array.from({ length: groupSize }, () => {
      const number = this.#published++;
      const data = stamped({ number, dueAt }, bytes);
      return this.#dialect.publish(this.audience.channel, `message-${number}`, data);
    });
    this.#publisher.request(events, (reply) => {
      this.#answered += 1;
      if (!this.#dialect.isOk(reply)) this.#fault(`a refusal: ${JSON.stringify(reply)}`);
    });
  }

  #counts(): number[] {
    return this.#subscribers.map(({ messages }) => messages);
  }

  #bytesPerDelivery(): number {
    const [first] = this.#subscribers;
    return first && first.messages > 0 ? first.bytes / first.messages : 0;
  }

  #judge(counts: readonly number[], published: number, answered: number): void {
    let lost = 0;
    let repeated = 0;
    for (const count of counts) {
      lost += Math.max(0, published - count);
      repeated += Math.max(0, count - published);
    }
    if (lost > 0) this.#fault(`${lost} of ${published * counts.length} deliveries are missing`);
    if (repeated > 0) this.#fault(`${repeated} deliveries came twice`);
    if (answered < published) this.#fault(`${published - answered} publishes were not answered`);
    const { disorders } = this.#arrivals;
    const [first] = disorders;
    if (first) this.#fault(`${disorders.length} breaks in the order, the first: ${first}`);
  }

  #fault(message: string): void {
    if (this.#faults.size < FAULTS_TOLD) this.#faults.add(message);
  }
}
