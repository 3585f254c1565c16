import type { DeviceClock } from './device-clock.js';
import type { FaultProxy } from './fault-proxy.js';
import { hashOf, type History } from '../../client/cli/src/verify/history.js';
import { type Place, placeOf } from '../../client/cli/src/verify/place.js';

export interface ReaderParts {
  readonly name: string;
  /** Absent: its name. */
  readonly client?: string;
  /** Whose sessions these are. */
  readonly user: string;
  readonly channels: readonly string[];
  /** The `$` channels of its sessions. */
  readonly serverChannels: readonly string[];
  /** One to each instance; the first is tried first. */
  readonly doors: readonly FaultProxy[];
  readonly token: string;
  readonly history: History;
  readonly clock: DeviceClock;
}

/** Somebody who follows channels, and writes down everything that it was given or told. */
export interface Reader {
  readonly name: string;
  readonly kind: 'SDK' | 'plain';
  readonly user: string;
  readonly channels: readonly string[];
  readonly serverChannels: readonly string[];
  readonly doors: readonly FaultProxy[];
  /** Connects; resolves when every channel is subscribed. */
  start(): Promise<void>;
  /** It was handed this message. */
  has(channel: string, id: string): boolean;
  /** How often it lost its connection. */
  readonly drops: number;
  readonly isConnected: boolean;
  close(): Promise<void>;
}

interface Delivered {
  readonly channel: string;
  readonly offset: number;
  readonly position?: string;
  readonly id: string;
  readonly hash: string;
  readonly priority?: string;
  /** When the store took it. */
  readonly at?: number;
}

interface MessageSeen extends Omit<Delivered, 'hash'> {
  readonly data: unknown;
}

interface GapSeen {
  readonly channel: string;
  readonly after: string;
  readonly position: string;
  readonly ranges: readonly (readonly [number, number])[] | null;
  readonly reason: string;
  readonly refill: boolean;
}

interface SkipSeen {
  readonly channel: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  /** Absent where the reader itself tells it. */
  readonly position?: string;
}

/** Writes what one reader sees into the history. */
export class ReaderLog {
  readonly #ids = new Map<string, Set<string>>();
  readonly #epochs = new Map<string, string>();
  readonly #started = new Set<string>();

  constructor(
    private readonly reader: string,
    private readonly history: History,
  ) {}

  /** The epoch that the server named for the channel. */
  began(channel: string, epoch: string): void {
    this.#epochs.set(channel, epoch);
  }

  /** A session said where it follows one of its `$` channels from: of the first it begins there. */
  started(channel: string, position: string): void {
    const place = placeOf(position);
    this.#epochs.set(channel, place.epoch);
    if (this.#started.has(channel)) return;
    this.#started.add(channel);
    this.history.add({ kind: 'start', reader: this.reader, channel, place });
  }

  /** @param isOfAnswer what an answer leaves out is told behind all of it, which its own position is held to */
  message({ data, ...message }: MessageSeen, isOfAnswer = false): void {
    this.delivered({ ...message, hash: hashOf(data) }, isOfAnswer);
  }

  /** As `message`, by whoever has seen what was in it. */
  delivered(
    { channel, offset, position, id, hash, at, priority = 'normal' }: Delivered,
    isOfAnswer = false,
  ): void {
    const place = position === undefined ? null : placeOf(position);
    if (place !== null) this.#epochs.set(channel, place.epoch);
    const epoch = this.#epochs.get(channel) ?? null;
    const { reader } = this;
    const isSafe = place?.offset === offset && !isOfAnswer;
    this.history.add({
      ...{ kind: 'deliver', reader, channel, epoch, offset, id, priority, hash },
      ...(at === undefined ? {} : { storedAtMs: at }),
      ...(isSafe ? { isSafe } : {}),
    });
    if (place !== null && place.offset !== offset)
      this.history.add({ kind: 'position', reader, channel, place });
    const ids = this.#ids.get(channel) ?? new Set();
    this.#ids.set(channel, ids.add(id));
  }

  /** A position that came with nothing else to be written down, or in an answer. */
  position(channel: string, position: string, isOfAnswer = false): void {
    const { reader } = this;
    const of = isOfAnswer ? { isOfAnswer } : {};
    this.history.add({ kind: 'position', reader, channel, place: placeOf(position), ...of });
  }

  gap({ channel, after, position, ranges, reason, refill }: GapSeen): void {
    const to: Place = placeOf(position);
    this.#epochs.set(channel, to.epoch);
    const { reader } = this;
    this.history.add({
      ...{ kind: 'gap', reader, channel, reason, after: placeOf(after), to, ranges },
      ...(refill ? { refill: after } : {}),
    });
  }

  skip({ channel, from, to, reason, position }: SkipSeen): void {
    this.history.add({
      ...{ kind: 'skip', reader: this.reader, channel, reason, from, to },
      ...(position === undefined ? {} : { position: placeOf(position) }),
    });
  }

  has(channel: string, id: string): boolean {
    return this.#ids.get(channel)?.has(id) ?? false;
  }
}
