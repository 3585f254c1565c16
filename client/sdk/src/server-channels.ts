import { CarillonError } from './carillon-error.js';
import { PLACES } from './later-place.js';
import { MessageStream, type StreamParts } from './message-stream.js';
import type { Session, SessionChannel } from './session.js';
import type { StoreWriter } from './store-writer.js';
import { storedStream, streamRecordOf } from './stream-record.js';
import type { Push } from './wire.js';

export interface ServerStreamParts extends Omit<
  StreamParts,
  'channel' | 'isDurable' | 'changed' | 'holeFound'
> {
  /** Offsets of a `$` channel are missing without a word: only a new session goes back for them. */
  readonly goBack: (reason: CarillonError) => void;
}

/** The `$` channels of this session: everyone's, the user's and those of the user's tags. */
export class ServerChannels {
  readonly #streams = new Map<string, MessageStream>();
  readonly #parts: ServerStreamParts;
  /** Null where nothing survives this run. */
  readonly #writer: StoreWriter | null;

  constructor(parts: ServerStreamParts, writer: StoreWriter | null) {
    this.#parts = parts;
    this.#writer = writer;
  }

  /**
   * Goes on from where an earlier run of this client ended, else from what the store keeps: another tab
   * may have had this part of it since, and what was shown here is known here.
   */
  async restore(): Promise<void> {
    const stored = await this.#writer?.load(PLACES.server);
    const kept = Object.entries(typeof stored === 'object' && stored !== null ? stored : {});
    if (this.#streams.size > 0) return this.#goOn(new Map(kept));
    for (const [channel, value] of kept) {
      const record = streamRecordOf(value);
      if (record === null) this.#streamOf(channel).giveUpPlace();
      else this.#streamOf(channel).restore(record);
    }
  }

  #goOn(kept: ReadonlyMap<string, unknown>): void {
    for (const [channel, stream] of this.#streams) {
      stream.resume();
      stream.outlive(streamRecordOf(kept.get(channel))?.age ?? 0);
    }
  }

  /**
   * The server could not read what was handed over. The places are forgotten, and each loss is told
   * with the next session. False: there was none.
   */
  giveUpPlaces(): boolean {
    const kept = [...this.#streams.values()].filter(({ position }) => position !== null);
    for (const stream of kept) stream.giveUpPlace();
    return kept.length > 0;
  }

  /** Positions for the handshake. */
  since(): Record<string, string> {
    const positions: Record<string, string> = {};
    for (const [channel, { position }] of this.#streams) {
      if (position !== null) positions[channel] = position;
    }
    return positions;
  }

  opened({ channels }: Session): void {
    const followed = new Set(channels.map(({ channel }) => channel));
    for (const [channel, stream] of this.#streams) {
      if (followed.has(channel)) continue;
      // A tag that this user has no more.
      stream.reset();
      this.#streams.delete(channel);
    }
    this.added(channels);
  }

  /** Channels that this session follows from now on. */
  added(channels: readonly SessionChannel[]): void {
    for (const start of channels) this.#streamOf(start.channel).begin(start);
  }

  take(push: Push): void {
    if (push.name === 'message') this.#streamOf(push.payload.channel).receive(push.payload);
    if (push.name === 'skip') this.#streamOf(push.payload.channel).skip(push.payload);
    if (push.name === 'gap') this.#streamOf(push.payload.channel).gap(push.payload);
  }

  /** Shows nothing any more. */
  pause(): void {
    for (const stream of this.#streams.values()) stream.stop();
  }

  /** Where nothing is kept: begins anew the next time. */
  forget(): void {
    if (this.#writer !== null) return;
    for (const stream of this.#streams.values()) stream.reset();
    this.#streams.clear();
  }

  #streamOf(channel: string): MessageStream {
    const known = this.#streams.get(channel);
    if (known !== undefined) return known;
    const stream = new MessageStream({
      ...this.#parts,
      channel,
      isDurable: () => this.#writer !== null,
      changed: () => this.#save(),
      holeFound: () => {
        const message = `The server passed over a part of ${channel}: it is asked for again.`;
        this.#parts.goBack(new CarillonError('unavailable', message));
      },
    });
    this.#streams.set(channel, stream);
    return stream;
  }

  #save(): void {
    if (this.#writer === null) return;
    void this.#writer.save(PLACES.server, () => {
      const entries = [...this.#streams].map(
        ([channel, stream]) => [channel, storedStream(stream.record())] as const,
      );
      return Object.fromEntries(entries);
    });
  }
}
