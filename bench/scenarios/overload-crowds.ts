import type { Load, Stream } from '../load/orders.js';
import { audienceOf, upTo } from '../measure/audience.js';
import type { RunningPeer } from '../peers/peer.js';
import type { Generator } from '../processes/generator.js';
import {
  BULK_CHANNELS,
  CRITICAL_CHANNEL,
  CRITICAL_STREAM,
  NO_BULK,
  NO_CRITICAL,
  seatingOf,
} from './overload-traffic.js';

/** Seats that say how late critical messages are. */
export const WITNESSES = 16;

/** One of the others in so many is decoded. */
export const DECODED_EVERY = 64;

/** So that the witnesses are users of their own. */
const WITNESSES_FROM = 100_000;

/** What both came to. */
export interface Loads {
  readonly busy: Load;
  readonly witness: Load;
}

/**
 * Those who are there in an overload. Some few of the seats, and who writes what is critical, are a
 * process of their own: the one that reads 350,000 messages a second is late itself, and the p99 that it
 * sees is 8 to 20 ms above what these see.
 */
export class OverloadCrowds {
  constructor(
    private readonly busy: Generator,
    private readonly witness: Generator,
  ) {}

  /** Lets all seats in, the witnesses among the others. @param leg names the channels, so that no two legs share one */
  async connect(peer: RunningPeer, leg: string, seats: number): Promise<void> {
    const special = { mayLose: true, keeps: [CRITICAL_CHANNEL] };
    const busy = audienceOf(peer, leg, seatingOf(seats - WITNESSES, BULK_CHANNELS), {
      ...special,
      decodedEvery: DECODED_EVERY,
      elsewhere: [CRITICAL_CHANNEL],
    });
    // One publisher, of the one channel that is not written to elsewhere.
    const witness = audienceOf(peer, leg, seatingOf(WITNESSES, 1), {
      ...special,
      decodedEvery: 1,
      elsewhere: upTo(BULK_CHANNELS),
      firstUser: WITNESSES_FROM,
    });
    await this.busy.connect(busy, 0);
    await this.witness.connect(witness, 0);
    // In between the others, as whoever came last is written to last.
    for (let count = 1; count <= WITNESSES; count += 1) {
      await this.busy.admit(Math.round((busy.seats.length * count) / WITNESSES));
      await this.witness.admit(count);
    }
  }

  /** Publishes for so many seconds and counts what came of it at both. @param bulk null for none */
  async run(bulk: Stream | null, hasCritical: boolean, seconds: number): Promise<Loads> {
    const critical = hasCritical ? CRITICAL_STREAM : NO_CRITICAL;
    // In this order: who reads must have begun to count before the first critical message is written.
    const [written, urgent] = await Promise.all([
      this.busy.offer({ streams: [bulk ?? NO_BULK, NO_CRITICAL], seconds }),
      this.witness.offer({ streams: [NO_BULK, critical], seconds }),
    ]);
    const [busy, witness] = await Promise.all([
      this.busy.settle(urgent),
      this.witness.settle(written),
    ]);
    return { busy, witness };
  }

  /** All of them leave. */
  async disconnect(): Promise<void> {
    await Promise.all([this.busy.disconnect(), this.witness.disconnect()]);
  }
}
