import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { GapReason, SkipReason } from '../protocol/gap.js';

export type PublishOutcome = 'stored' | 'duplicate' | 'conflict' | 'refused' | 'unknown';
/** How a position that was handed in related to the log. */
export type ResumeOutcome = 'continued' | Exclude<GapReason, 'overflow'>;
export type ConnectionOutcome = 'accepted' | 'refused' | 'closed';
/** Why a message that was meant for a connection was not written to it. */
export type DropReason = 'overflow' | 'slow_consumer' | 'expired' | 'broken';

/** Whose rate a publish exceeded. */
export type RateScope = 'session' | 'user' | 'namespace';
/** What an instance may refuse while its event loop lags. */
export type Intake = 'connections' | 'publishes';

/** How often the event loop is asked for its delay; finer costs more than it tells. */
const LOOP_RESOLUTION_MS = 10;

/** Seconds; a publish is expected within a few milliseconds and given up after some seconds. */
const LATENCY_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * The numbers that an operator watches, in a registry of this instance's own.
 *
 * Labels are from fixed lists: a channel, a user or anything else that a client chooses never becomes
 * a label, because each new value would live in memory for ever.
 */
@Injectable()
export class Metrics implements OnModuleDestroy {
  readonly registry = new Registry();

  readonly publishes = this.counter<'outcome'>(
    'carillon_publishes_total',
    'Publishes by how they ended; unknown: the broker did not answer in time.',
    ['outcome'],
  );
  /** Looked up once: to look a label up costs more than to count. */
  readonly #publishesBy = {
    stored: this.publishes.labels('stored'),
    duplicate: this.publishes.labels('duplicate'),
    conflict: this.publishes.labels('conflict'),
    refused: this.publishes.labels('refused'),
    unknown: this.publishes.labels('unknown'),
  } as const satisfies Record<PublishOutcome, unknown>;
  readonly publishSeconds = new Histogram({
    name: 'carillon_publish_duration_seconds',
    help: 'Time from a publish being accepted for sending to its acknowledgement.',
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  });
  readonly deliveries: Counter = new Counter({
    name: 'carillon_deliveries_total',
    help: 'Messages written to connections of this instance.',
    registers: [this.registry],
    collect: () => {
      this.deliveries.inc(this.deliveredSince);
      this.deliveredSince = 0;
    },
  });
  /** Counted here first: a counter costs more than handing a message to a socket may. */
  private deliveredSince = 0;
  readonly gaps = this.counter<'reason'>(
    'carillon_gaps_total',
    'Losses that were told to subscribers.',
    ['reason'],
  );
  readonly skips = this.counter<'reason'>(
    'carillon_skips_total',
    'Offsets that were not for a session, told as skip.',
    ['reason'],
  );
  readonly resumes = this.counter<'outcome'>(
    'carillon_resumes_total',
    'Subscriptions that handed in a position, by how it related to the log.',
    ['outcome'],
  );
  readonly drops = this.counter<'reason'>(
    'carillon_drops_total',
    'Messages for a connection that were not written to it.',
    ['reason'],
  );
  readonly connections = this.counter<'outcome'>(
    'carillon_connections_total',
    'Connections by outcome.',
    ['outcome'],
  );
  readonly rateLimits = this.counter<'scope'>(
    'carillon_rate_limited_total',
    'Publishes that exceeded a rate, by whose.',
    ['scope'],
  );
  readonly refusals = this.gauge<'what'>(
    'carillon_refusing',
    '1 while the event loop lags too much for it.',
    ['what'],
  );
  readonly holesFilled = this.counter(
    'carillon_holes_filled_total',
    'Entries that were missing on the bus and read from the log.',
  );
  readonly foreignEntries = this.counter(
    'carillon_foreign_entries_total',
    'Log or bus entries of an unknown format, passed over.',
  );
  readonly sessions = this.gauge('carillon_sessions', 'Sessions of this instance.');
  readonly channelsFollowed = this.gauge(
    'carillon_channels_followed',
    'Channels that this instance follows on the bus.',
  );
  readonly brokerReady = this.gauge(
    'carillon_broker_ready',
    '1 while appends and announcements can be relied on.',
  );
  readonly outboxBytes = this.gauge(
    'carillon_outbox_bytes',
    'Bytes that wait for connections of this instance.',
  );

  private readonly loopDelay: IntervalHistogram = monitorEventLoopDelay({
    resolution: LOOP_RESOLUTION_MS,
  });

  constructor() {
    this.loopDelay.enable();
    const loopDelay = this.gauge<'quantile'>(
      'carillon_event_loop_delay_seconds',
      'Event-loop delay since the last scrape.',
      ['quantile'],
      () => {
        for (const quantile of [0.5, 0.99]) {
          loopDelay.set({ quantile: String(quantile) }, this.loopDelaySeconds(quantile));
        }
        this.loopDelay.reset();
      },
    );
    collectDefaultMetrics({ register: this.registry });
  }

  published(outcome: PublishOutcome, seconds?: number): void {
    this.#publishesBy[outcome].inc();
    if (seconds !== undefined) this.publishSeconds.observe(seconds);
  }

  delivered(messages: number): void {
    this.deliveredSince += messages;
  }

  gap(reason: GapReason): void {
    this.gaps.inc({ reason });
  }

  skipped(reason: SkipReason, count = 1): void {
    this.skips.inc({ reason }, count);
  }

  resumed(outcome: ResumeOutcome): void {
    this.resumes.inc({ outcome });
  }

  dropped(reason: DropReason, count = 1): void {
    this.drops.inc({ reason }, count);
  }

  connection(outcome: ConnectionOutcome): void {
    this.connections.inc({ outcome });
  }

  rateLimited(scope: RateScope): void {
    this.rateLimits.inc({ scope });
  }

  refusing(what: Intake, isRefusing: boolean): void {
    this.refusals.set({ what }, isRefusing ? 1 : 0);
  }

  /** Median delay of the event loop since the last scrape, in milliseconds. */
  loopDelayMs(): number {
    return this.loopDelaySeconds(0.5) * 1000;
  }

  /** The Prometheus text format. */
  render(): Promise<string> {
    return this.registry.metrics();
  }

  onModuleDestroy(): void {
    this.loopDelay.disable();
    this.registry.clear();
  }

  /** The histogram counts the whole interval; what exceeds the resolution is delay. */
  private loopDelaySeconds(quantile: number): number {
    if (this.loopDelay.count === 0) return 0;
    const milliseconds = this.loopDelay.percentile(quantile * 100) / 1e6 - LOOP_RESOLUTION_MS;
    return Math.max(0, milliseconds) / 1000;
  }

  private counter<L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
  ): Counter<L> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  private gauge<L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    collect?: () => void,
  ): Gauge<L> {
    return new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      ...(collect === undefined ? {} : { collect }),
    });
  }
}
