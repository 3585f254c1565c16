import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { Arrivals } from './arrivals.js';
import { now } from './clock.js';
import { Connection, type Surroundings } from './connection.js';
import { dialectOf } from './dialects.js';
import { Faults } from './faults.js';
import { Ledger, type Published, publishedByBoth } from './ledger.js';
import type { Audience, Load, Return, Storm, Stream, Traffic } from './orders.js';
import { pace } from './pace.js';
import { Publishers } from './publishers.js';
import { Seat } from './seat.js';

/** Connections that are being opened at the same time. */
const OPENING = 20;

/** How long the last message may take, in milliseconds; after an overload that lasted longer, twice as long as that. */
const ARRIVAL_MS = 10_000;
const WAKE_MS = 15_000;
const STORM_MS = 120_000;

/** What is told of a run when all of it has come. */
interface Offered {
  readonly streams: readonly Stream[];
  /** By stream. */
  readonly published: readonly number[];
  readonly before: Counts;
  readonly refusedBefore: number;
  /** When the last message was due. */
  readonly inTime: Counts;
  readonly generatorShare: number;
  /** What has not come by then will not, on the monotonic clock. */
  readonly deadline: number;
}

interface Counts {
  readonly messages: number;
  readonly told: number;
  readonly bytes: number;
}

/** The subscribers and the publishers of a leg. */
export class Crowd {
  readonly #arrivals = new Arrivals();
  readonly #faults = new Faults();
  readonly #publishers: Publishers;
  readonly #seats: readonly Seat[];
  #admitted = 0;
  #offered: Offered | null = null;
  #elsewhere: Published | null = null;

  constructor(private readonly audience: Audience) {
    const surroundings: Surroundings = {
      dialect: dialectOf(audience.dialect),
      arrivals: this.#arrivals,
      numbers: new Map(audience.channels.map((name, number) => [name, number])),
      keeps: new Set(audience.keeps.map((channel) => audience.channels[channel] ?? '')),
      fault: (message) => this.#faults.add(message),
    };
    this.#seats = audience.seats.map((plan, i) => new Seat(i, plan, audience, surroundings));
    const connections = audience.publishers.map((port, i) => {
      // A publisher joins nothing, so that whatever comes to it is one too many.
      const { mayLose } = audience;
      const ledger = new Ledger([], mayLose);
      const role = { port, ledger, mayLose, isDecoded: false, place: null, isRemote: () => false };
      const index = audience.firstUser + audience.seats.length + i;
      return new Connection({ ...role, index }, surroundings);
    });
    this.#publishers = new Publishers(connections, audience, this.#faults);
  }

  /** Lets publishers and the first so many seats in. */
  async open(upTo: number): Promise<void> {
    await this.#publishers.open();
    await this.admit(upTo);
  }

  /** Lets more seats in, until there are so many. */
  async admit(upTo: number): Promise<void> {
    const waiting = this.#seats.slice(this.#admitted, upTo).values();
    const enter = async (): Promise<void> => {
      for (const seat of waiting) await seat.enter(this.#published());
    };
    await Promise.all(Array.from({ length: OPENING }, enter));
    this.#admitted = upTo;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#seats.map((seat) => seat.close()), this.#publishers.close()]);
  }

  /** Publishes, waits until everything has come or nothing more will, and counts. */
  async run(traffic: Traffic): Promise<Load> {
    await this.offer(traffic);
    return this.settle(this.#publishers.published);
  }

  /** Publishes, and tells what is owed for it. Who publishes to the other channels does so meanwhile. */
  async offer({ streams, seconds }: Traffic): Promise<Published> {
    this.#arrivals.clear();
    const before = this.#sums();
    const { refused: refusedBefore } = this.#publishers.counts();
    const startedAt = now();
    const cpuBefore = process.cpuUsage();

    const published = await Promise.all(
      streams.map((stream, i) => this.#publish(stream, i, seconds, startedAt)),
    );
    const generatorShare = shareOf(process.cpuUsage(cpuBefore), now() - startedAt);
    const deadline = now() + Math.max(ARRIVAL_MS, 2000 * seconds);
    this.#offered = {
      streams,
      published,
      before,
      refusedBefore,
      inTime: this.#sums(),
      generatorShare,
      deadline,
    };
    await until(() => this.#publishers.areAnswered, deadline);
    return this.#publishers.published;
  }

  /** Waits until everything has come or nothing more will, and counts, once for each offer. @param elsewhere what others have published */
  async settle(elsewhere: Published): Promise<Load> {
    if (!this.#offered) throw new Error('nothing was offered');
    const { streams, published, before, refusedBefore, inTime, generatorShare, deadline } =
      this.#offered;
    this.#offered = null;
    this.#elsewhere = elsewhere;
    await this.#untilComplete(deadline);

    const after = this.#sums();
    this.#judge();
    const counts = this.#publishers.counts();
    return {
      published: published.reduce((sum, count) => sum + count, 0),
      refused: counts.refused - refusedBefore,
      delivered: after.messages - before.messages,
      deliveredInTime: inTime.messages - before.messages,
      told: after.told - before.told,
      ended: this.#ended(),
      bytesPerDelivery: after.messages > 0 ? after.bytes / after.messages : 0,
      streams: streams.map((_, i) => ({
        published: published[i] ?? 0,
        all: this.#arrivals.latency(i),
        remote: this.#arrivals.remoteLatency(i),
      })),
      generatorShare,
      faults: this.#faults.all,
    };
  }

  stall(seats: number): void {
    for (const seat of this.#seats.slice(0, seats)) seat.stall();
  }

  /** Those who stalled read on; what they are owed comes, or is told to be lost. */
  async wake(): Promise<Return> {
    const stalled = this.#seats.filter(({ isStalled }) => isStalled);
    return this.#awaitedReturn(stalled, WAKE_MS, async () => {
      for (const seat of stalled) seat.wake();
      await Promise.resolve();
    });
  }

  async cut(): Promise<void> {
    await Promise.all(this.#seats.map((seat) => seat.cut()));
  }

  async storm({ port, withinMs, recovers }: Storm): Promise<Return> {
    const published = this.#published();
    return this.#awaitedReturn(this.#seats, STORM_MS, async () => {
      const back = this.#seats.map(async (seat, i) => {
        await delay((i / this.#seats.length) * withinMs);
        await seat.comeBack(port, recovers, published);
      });
      await Promise.all(back);
    });
  }

  async #awaitedReturn(
    seats: readonly Seat[],
    withinMs: number,
    begin: () => Promise<void>,
  ): Promise<Return> {
    this.#arrivals.clear();
    const before = sumOf(seats, ({ came }) => came);
    const startedAt = performance.now();
    const cpuBefore = process.cpuUsage();
    await begin();
    await this.#untilComplete(now() + withinMs);
    const elapsedMs = performance.now() - startedAt;
    const generatorShare = shareOf(process.cpuUsage(cpuBefore), elapsedMs);
    this.#judge();
    return {
      elapsedMs,
      delivered: sumOf(seats, ({ came }) => came) - before,
      told: sumOf(seats, ({ told }) => told),
      deprived: seats.filter(({ told }) => told > 0).length,
      ended: seats.filter(({ hasEnded }) => hasEnded).length,
      generatorShare,
      faults: this.#faults.all,
    };
  }

  async #publish(
    stream: Stream,
    number: number,
    seconds: number,
    startedAt: number,
  ): Promise<number> {
    let published = 0;
    await pace(stream, seconds, startedAt, (dueAt, group) => {
      this.#publishers.publish({ stream, number, group, dueAt });
      published += stream.groupSize;
    });
    return published;
  }

  async #untilComplete(deadline: number): Promise<void> {
    await until(() => this.#isComplete(), deadline);
    // One that comes twice may come late.
    await delay(50);
  }

  #isComplete(): boolean {
    if (!this.#publishers.areAnswered) return false;
    const published = this.#published();
    return this.#awaited().every((seat) => seat.accounted >= seat.due(published));
  }

  /** By whomever. */
  #published(): Published {
    const { elsewhere } = this.audience;
    return publishedByBoth(this.#publishers.published, elsewhere, this.#elsewhere);
  }

  /** Those who should have everything: they read, and the server keeps them. */
  #awaited(): readonly Seat[] {
    return this.#seats
      .slice(0, this.#admitted)
      .filter(({ isStalled, isAway, hasEnded }) => !isStalled && !isAway && !hasEnded);
  }

  #ended(): number {
    return this.#seats.filter(({ hasEnded }) => hasEnded).length;
  }

  #sums(): Counts {
    const sums = { messages: 0, told: 0, bytes: 0 };
    for (const { messages, told, bytes } of this.#seats) {
      sums.messages += messages;
      sums.told += told;
      sums.bytes += bytes;
    }
    return sums;
  }

  #judge(): void {
    const { unanswered } = this.#publishers;
    const published = this.#published();
    let lost = 0;
    let repeated = 0;
    let swapped = 0;
    for (const seat of this.#awaited()) {
      const difference = seat.compare(published);
      lost += difference.lost;
      repeated += difference.repeated;
      swapped += difference.swapped;
    }
    if (lost > 0) this.#faults.add(`${lost} deliveries are missing`);
    if (repeated > 0) this.#faults.add(`${repeated} deliveries came twice`);
    if (swapped > 0) {
      this.#faults.add(`the count is right but the messages are not, ${swapped} times`);
    }
    if (unanswered > 0) this.#faults.add(`${unanswered} publishes were not answered`);
    const { disorders } = this.#arrivals;
    if (disorders === null) return;
    const { count, first } = disorders;
    this.#faults.add(`${count} breaks in the order, the first: ${first}`);
  }
}

async function until(isSo: () => boolean, deadline: number): Promise<void> {
  while (!isSo() && now() < deadline) await delay(5);
}

/** Share of a core. */
function shareOf({ user, system }: NodeJS.CpuUsage, elapsedMs: number): number {
  return (user + system) / 1000 / elapsedMs;
}

function sumOf(seats: readonly Seat[], of: (seat: Seat) => number): number {
  return seats.reduce((sum, seat) => sum + of(seat), 0);
}
