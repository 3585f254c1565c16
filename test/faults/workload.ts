import { testSecret } from '../support/carillon-process.js';
import { eventually } from '../support/eventually.js';
import { tokenFor } from '../support/token.js';
import { type History, monotonicNs } from '../../client/cli/src/verify/history.js';
import { serverChannelsOf, tagsOf } from './audience.js';
import { Broadcaster } from './broadcaster.js';
import { DeviceClock } from './device-clock.js';
import { MortalClient } from './mortal/mortal-client.js';
import { PlainReader } from './plain-reader.js';
import { Publisher } from './publisher.js';
import type { Reader, ReaderParts } from './reader.js';
import { SdkReader } from './sdk-reader.js';
import { type Random, seededRandom } from '../../client/cli/src/verify/seeded-random.js';
import type { World } from './world.js';

const DAY_MS = 86_400_000;
const PUBLISHERS = 3;
const SDK_READERS = 6;
const PLAIN_READERS = 3;
/** Mean pause between two publishes of all publishers together, in milliseconds. */
const PAUSE_MS = 8;
/** More than a message may have by default, less than the namespace with rules of its own takes. */
const LARGE_BYTES = 80_000;
const LARGE_SHARE = 0.02;
/** Everybody must be back and at the top in this time after the heal, on a machine that is shared. */
export const LIVENESS_MS = 30_000;

/** Of a soak they end soon: instances remember them for as long as they are good. */
const TOKEN_S = process.env['CARILLON_FAULTS_SOAK'] === undefined ? 3_600 : 120;

export interface WorkloadOptions {
  /** Of this injection alone: ids of broadcasts begin with it, and `$everyone` outlives an injection. */
  readonly label: string;
  readonly history: History;
  readonly random: Random;
  readonly crowd?: number;
  readonly hasTwins?: boolean;
  readonly hasMortal?: boolean;
  readonly hasWrongClocks?: boolean;
}

/**
 * Publishers and readers for one injection. The load is open: what is sent when is decided by the
 * seed alone, so a stall shows as lateness and not as fewer sends.
 */
export class Workload {
  readonly publishers: Publisher[] = [];
  readonly readers: Reader[] = [];
  readonly plain: PlainReader[] = [];
  /** A second connection of each plain reader's client, where a row asks for it. */
  readonly twins: PlainReader[] = [];
  /** More plain readers, of the first channel alone. */
  readonly crowd: PlainReader[] = [];
  #mortal: MortalClient | null = null;
  /** What the devices of those with the SDK take for the time. */
  readonly clock = new DeviceClock();
  readonly #broadcaster: Broadcaster;
  #timer: NodeJS.Timeout | null = null;

  private constructor(
    readonly world: World,
    readonly channels: readonly string[],
    readonly history: History,
    private readonly random: Random,
    label: string,
  ) {
    this.#broadcaster = new Broadcaster(world, this, {
      ...{ label, channels, history },
      random: seededRandom(random.between(0, 2 ** 31)),
    });
  }

  static async start(
    world: World,
    channels: readonly string[],
    { label, history, random, crowd = 0, ...has }: WorkloadOptions,
  ): Promise<Workload> {
    const workload = new Workload(world, channels, history, random, label);
    if (has.hasWrongClocks === true) workload.clock.aheadMs = random.pick([DAY_MS, -DAY_MS]);
    for (let n = 0; n < PUBLISHERS; n += 1) await workload.#addPublisher(n);
    for (let n = 0; n < SDK_READERS; n += 1) await workload.#addReader(n, false);
    for (let n = 0; n < PLAIN_READERS; n += 1) await workload.#addReader(n, true);
    if (crowd > 0) await workload.#addCrowd(crowd);
    const twins = has.hasTwins === true ? PLAIN_READERS : 0;
    for (let n = 0; n < twins; n += 1) await workload.#addTwin(n);
    if (has.hasMortal === true) await workload.#addMortal();
    await Promise.all([...workload.publishers, ...workload.readers].map((it) => it.start()));
    workload.#run(performance.now());
    workload.#broadcaster.start();
    return workload;
  }

  publisher(number: number): Publisher {
    const publisher = this.publishers[number % this.publishers.length];
    if (publisher === undefined) throw new Error('no publishers');
    return publisher;
  }

  reader(number: number): Reader {
    const reader = this.readers[number % this.readers.length];
    if (reader === undefined) throw new Error('no readers');
    return reader;
  }

  /** The client in a process of its own, where a row asks for it. */
  get mortal(): MortalClient {
    if (this.#mortal === null) throw new Error('the row asks for no mortal client');
    return this.#mortal;
  }

  /** How often a broadcast was answered with `internal`. */
  get brokenBroadcasts(): number {
    return this.#broadcaster.broken;
  }

  /** Publishes that have no answer yet. */
  get open(): number {
    return this.publishers.reduce((sum, { open }) => sum + open, 0);
  }

  /** Connections lost so far, of everybody. */
  get drops(): number {
    return [...this.readers, ...this.publishers].reduce((sum, { drops }) => sum + drops, 0);
  }

  /** So many publishes at once from everybody, beside the schedule. */
  burst(each: number): void {
    for (const publisher of this.publishers) {
      for (const channel of this.channels) {
        for (let n = 0; n < each; n += 1) void publisher.publish(channel);
      }
    }
  }

  /** Resolves when the publishers have got so many more answers. */
  async acknowledged(more: number): Promise<void> {
    const goal = this.history.of('ok').length + more;
    await eventually(`${more} more answers`, () => this.history.of('ok').length >= goal, {
      deadlineMs: LIVENESS_MS,
    });
  }

  #wasToldOf(reader: string, channel: string, id: string): boolean {
    const isIt = (fact: { id: string; channel: string }) =>
      fact.id === id && fact.channel === channel;
    // Of a broadcast only who was given it knows where it stands.
    const place = this.history.of('ok').find(isIt) ?? this.history.of('deliver').find(isIt);
    const offset = place?.offset;
    if (offset === undefined) return false;
    return this.history.of('gap').some((gap) => {
      if (gap.reader !== reader || gap.channel !== channel) return false;
      return (gap.ranges ?? []).some(([from, to]) => from <= offset && offset <= to);
    });
  }

  /**
   * Stops the load and waits until everything is settled and everybody has the last message, or was
   * told that an outbox dropped it. Resolves with what did not come to rest in time.
   */
  async drain(): Promise<string[]> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const stuck: string[] = [];
    const wait = (what: string, check: () => boolean) =>
      eventually(what, check, { deadlineMs: LIVENESS_MS }).catch((error: Error) => {
        stuck.push(error.message);
      });
    this.#broadcaster.stop();
    await wait('every broadcast is confirmed', () => this.#broadcaster.open === 0);
    await wait('every publish is settled', () => this.open === 0);
    const last = new Map<string, string>();
    for (const channel of this.channels) {
      const publisher = this.publisher(0);
      const before = this.history.of('invoke').length;
      void publisher.publish(channel, 'low');
      const invoke = this.history.of('invoke')[before];
      if (invoke !== undefined) last.set(channel, invoke.id);
    }
    await wait('the last publishes are settled', () => this.open === 0);
    const broadcasts = this.#broadcaster.last();
    await wait('the last broadcasts are confirmed', () => this.#broadcaster.open === 0);
    for (const reader of this.readers) {
      for (const channel of reader.channels) {
        const id = last.get(channel) ?? '';
        await wait(
          `${reader.name} has the last message of ${channel}`,
          () => reader.has(channel, id) || this.#wasToldOf(reader.name, channel, id),
        );
        if (stuck.length > 3) return stuck;
      }
      for (const { id, channels } of broadcasts) {
        const own = reader.serverChannels.filter((channel) => channels.includes(channel));
        if (own.length === 0) continue;
        await wait(`${reader.name} has the last broadcast by ${own.join(' and ')}`, () =>
          own.some((it) => reader.has(it, id) || this.#wasToldOf(reader.name, it, id)),
        );
        if (stuck.length > 3) return stuck;
      }
    }
    // A duplicate may be on its way behind the last message.
    const calmNs = 200_000_000;
    await wait('nothing more comes', () => {
      const latest = this.history.facts.at(-1)?.at ?? 0;
      return monotonicNs() - latest > calmNs;
    });
    return stuck;
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#broadcaster.close();
    await Promise.all([...this.publishers, ...this.readers].map((it) => it.close()));
  }

  async #addPublisher(number: number): Promise<void> {
    const name = `p${number}`;
    const doors = turned(await this.world.doorsFor(name), number);
    const token = await tokenFor(testSecret, { sub: name, expiresInSeconds: TOKEN_S });
    this.publishers.push(
      new Publisher(name, doors, { token, history: this.history, clock: this.clock }),
    );
  }

  /** @param number decides about its tags */
  async #partsOf(
    name: string,
    user: string,
    number: number,
  ): Promise<Omit<ReaderParts, 'client' | 'doors'>> {
    const { channels, history, clock } = this;
    const tags = tagsOf(number);
    const token = await tokenFor(testSecret, { sub: user, tags, expiresInSeconds: TOKEN_S });
    const serverChannels = serverChannelsOf(user, tags);
    return { name, user, channels, serverChannels, token, history, clock };
  }

  async #addReader(number: number, isPlain: boolean): Promise<void> {
    const name = isPlain ? `plain${number}` : `sdk${number}`;
    const parts = {
      ...(await this.#partsOf(name, name, number)),
      doors: turned(await this.world.doorsFor(name), number),
    };
    if (!isPlain) {
      this.readers.push(new SdkReader(parts));
      return;
    }
    const reader = new PlainReader(parts);
    this.plain.push(reader);
    this.readers.push(reader);
  }

  /** By another door first, so that both are seldom at the same instance. */
  async #addTwin(number: number): Promise<void> {
    const [name, client] = [`twin${number}`, `plain${number}`];
    const twin = new PlainReader({
      ...(await this.#partsOf(name, client, number)),
      client,
      doors: turned(await this.world.doorsFor(name), number + 1),
    });
    this.twins.push(twin);
    this.readers.push(twin);
  }

  async #addMortal(): Promise<void> {
    this.#mortal = await MortalClient.create({
      ...(await this.#partsOf('mortal', 'mortal', 0)),
      doors: await this.world.doorsFor('mortal'),
      seed: this.random.between(0, 2 ** 31),
    });
    this.readers.push(this.#mortal);
  }

  /** They share their doors: a proxy for each of so many would be a fault of its own. */
  async #addCrowd(count: number): Promise<void> {
    const doors = await this.world.doorsFor('crowd');
    const parts = await this.#partsOf('crowd', 'crowd', 0);
    for (let number = 0; number < count; number += 1) {
      const reader = new PlainReader({
        ...parts,
        name: `crowd${number}`,
        channels: this.channels.slice(0, 1),
        doors: turned(doors, number),
      });
      this.crowd.push(reader);
      this.readers.push(reader);
    }
  }

  #run(dueAt: number): void {
    const next = dueAt - Math.log(1 - this.random.next()) * PAUSE_MS;
    const publisher = this.random.pick(this.publishers);
    const channel = this.random.pick(this.channels);
    const urgency = this.random.next();
    const priority = urgency < 0.02 ? 'critical' : urgency < 0.1 ? 'high' : 'normal';
    const isLarge = channel.startsWith('own:') && this.random.next() < LARGE_SHARE;
    const bytes = isLarge ? LARGE_BYTES : this.random.between(0, 400);
    this.#timer = setTimeout(
      () => {
        void publisher.publish(channel, priority, bytes);
        this.#run(next);
      },
      Math.max(0, next - performance.now()),
    );
  }
}

function turned<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
