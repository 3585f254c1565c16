import { type Carillon, createCarillon } from '../../src/carillon.js';
import type { SocketAddress } from '../../src/environment.js';
import type { Gap } from '../../src/gap.js';
import type { Message } from '../../src/message.js';
import { Disk, type DiskRun } from '../support/disk.js';
import { VirtualTime } from '../support/virtual-time.js';
import { LOBBY } from '../support/wire-examples.js';
import { DEDUP_SECONDS, ModelServer } from './model-server.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { ReaderWatch } from './reader-watch.js';
import { slowStore } from './slow-store.js';

interface Run {
  readonly carillon: Carillon;
  readonly disk: DiskRun;
  readonly time: VirtualTime;
  readonly outcomes: Map<string, Outcome>;
  /** Since it has read its store, and so knows where to leave a last word. */
  readonly published: Set<string>;
  readonly knocks: SocketAddress[];
  /** Writes that have begun and not ended. */
  readonly writes: (() => void)[];
  /** Likewise reads, and whether they may overtake. */
  readonly reads: (() => void)[];
}

/** One user of the SDK over as many runs as it takes, the server, and what was promised. */
export class ModelWorld {
  readonly server: ModelServer;
  readonly reader = new ReaderWatch();
  /** In the order of publishing: id, urgency, and the run. */
  readonly published: { readonly id: string; readonly urgent: boolean }[] = [];
  /** Nobody refused a publish, and no store was lost. */
  isOrderPromised = true;
  readonly #disk = new Disk();
  #isSlow = false;
  readonly #problems: string[] = [];
  /** Published in a run that ended with a last word, without an outcome. */
  readonly #left = new Set<string>();
  #tokens = 0;
  #others = 0;
  #elapsedMs = 0;
  #run: Run;

  constructor() {
    this.server = new ModelServer(() => this.#nowMs());
    this.server.onSubscribe = (since) => this.reader.subscribing(since, this.server.log);
    this.server.onElided = (offset) => this.reader.passedOver(this.server.log.epoch, offset);
    this.#run = this.#start();
  }

  /** Lets everything happen that needs neither time, nor the network, nor a slow store. */
  async settle(): Promise<void> {
    const { time, writes, reads } = this.#run;
    await time.settle();
    while (!this.#isSlow && writes.length + reads.length > 0) {
      await this.read(reads.length);
      await this.write(writes.length);
    }
  }

  async advance(ms: number): Promise<void> {
    await this.#run.time.advance(ms);
    await this.settle();
  }

  /** So many writes of the store come to their end. */
  async write(count: number): Promise<void> {
    const { time, writes } = this.#run;
    for (const end of writes.splice(0, count)) end();
    await time.settle();
  }

  /** So many reads of the store come to their end. */
  async read(count: number): Promise<void> {
    const { time, reads } = this.#run;
    for (const end of reads.splice(0, count)) end();
    await time.settle();
  }

  /** What can happen next without the application, as steps. */
  possible(): string[] {
    const { writes, reads } = this.#run;
    const { server } = this;
    return [
      ...(server.canServe ? ['serve 1'] : []),
      ...(server.canDeliver ? ['deliver 1'] : []),
      ...(server.canSend ? ['send'] : []),
      ...(writes.length > 0 ? ['write 1'] : []),
      ...(reads.length > 0 ? ['read 1'] : []),
    ];
  }

  /** From now on the store takes as long as the model says, or no time. */
  async pace(isSlow: boolean): Promise<void> {
    this.#isSlow = isSlow;
    await this.settle();
  }

  publish(urgent: boolean, echo: boolean): void {
    const id = `own ${this.published.length + 1}`;
    this.published.push({ id, urgent });
    const { carillon, outcomes, published, knocks } = this.#run;
    if (knocks.length > 0) published.add(id);
    const options = { id, echo, ...(urgent ? { priority: 'critical' as const } : {}) };
    carillon
      .channel(LOBBY)
      .publish(id, options)
      .then(
        ({ offset }) => this.#tell(outcomes, id, { kind: 'ok', offset }),
        (error: unknown) => this.#tell(outcomes, id, outcomeOf(error)),
      );
  }

  /** Follows the channel, or goes on with it: it is durable, so its place is known from before. */
  subscribe(): void {
    void this.#run.carillon.channel(LOBBY).subscribe();
  }

  unsubscribe(): void {
    void this.#run.carillon.channel(LOBBY).unsubscribe();
  }

  /** Somebody else publishes. */
  other(urgent: boolean): void {
    this.#others += 1;
    this.server.append(`other ${this.#others}`, urgent);
  }

  rewind(count: number): void {
    if (!this.server.hasSession) this.reader.isForked = true;
    // What was lost is stored again behind what was not.
    this.isOrderPromised = false;
    this.server.rewind(count);
  }

  /** Not while a fresh one is offered: two refusals in a row are for a person to solve. */
  expireTokens(): void {
    if (!this.server.hasSession) return;
    this.server.oldestToken = this.#tokens + 1;
    this.server.close('token_expired', 0);
  }

  /** The page is hidden, and goes on. */
  hide(): void {
    this.#run.disk.hide();
  }

  /** The page is gone in this moment, with a last word or without, and a new one starts. */
  async restart(hasLastWord: boolean): Promise<void> {
    const { disk, outcomes, published, time, writes } = this.#run;
    if (hasLastWord) for (const id of published) if (!outcomes.has(id)) this.#left.add(id);
    if (hasLastWord) disk.end();
    else disk.crash();
    this.server.cut();
    const ids = this.published.map(({ id }) => id);
    this.server.watch.crashed(ids, writes.length > 0 ? outcomes.keys() : []);
    this.reader.crashed(writes.length > 0 && !hasLastWord);
    await time.settle();
    this.#elapsedMs += time.nowMs;
    this.#run = this.#start();
  }

  /** The application closes the client, and makes another one when that is over. */
  async close(): Promise<void> {
    const { carillon, disk, outcomes, writes, reads } = this.#run;
    const ended: string[] = [];
    void carillon.close().then(() => ended.push('closed'));
    for (let turn = 0; turn < 100 && ended.length === 0; turn += 1) {
      await this.read(reads.length);
      await this.write(writes.length);
      await this.#run.time.advance(100);
    }
    if (ended.length === 0) this.#problems.push('a client was not closed');
    if (disk.isHolding) this.#problems.push('a client that was closed holds its place');
    // What it could not wait for is told as unknown, and the next one sees to it.
    for (const [id, { kind }] of outcomes) {
      if (kind === 'unknown') this.server.watch.maySettleAgain.add(id);
    }
    await this.restart(false);
  }

  /** What is wrong up to now. */
  problems(): string[] {
    const { watch, violations } = this.server;
    watch.review();
    return [...this.#problems, ...watch.violations, ...violations, ...this.reader.problems];
  }

  /** Everything heals; then all that was promised must have come true. */
  async end(): Promise<string[]> {
    this.#isSlow = false;
    this.subscribe();
    this.server.mood = 'well';
    this.server.refusals = 0;
    await this.#drain();
    // Whatever is missing at the end shows with the next message.
    this.server.append('the last', false);
    await this.#drain();
    this.reader.complete(this.server.log);
    for (const { id } of this.published) this.#judge(id);
    if (this.isOrderPromised) this.#judgeOrder();
    return this.problems();
  }

  async #drain(): Promise<void> {
    for (let turn = 0; turn < 12; turn += 1) {
      await this.advance(1_000);
      for (let step = 0; step < 6; step += 1) {
        this.server.serve(100);
        this.server.withSession((session) => session.sendAll());
        this.server.deliver(1_000);
        await this.settle();
      }
    }
    // What can never be answered any more is told as unknown by then.
    await this.advance(DEDUP_SECONDS * 1_000);
  }

  #judge(id: string): void {
    const told = this.#told.get(id) ?? [];
    const wasSent = this.server.watch.ids.has(id);
    if (told.length === 0 && wasSent) this.#problems.push(`${id} was sent and never settled`);
    if (told.length === 0 && this.#left.has(id)) {
      this.#problems.push(`${id} was published before a reload and is lost`);
    }
    // A crash may come between an outcome and its end in the store: then the last word counts.
    if (told.at(-1)?.kind === 'failed' && this.server.log.stores.has(id)) {
      this.#problems.push(`${id} failed, and is stored`);
    }
    const stores = this.server.log.stores.get(id) ?? 0;
    if (stores > 1) this.#problems.push(`${id} is stored ${stores} times`);
  }

  #judgeOrder(): void {
    for (const urgent of [true, false]) {
      const ids = this.published.filter((one) => one.urgent === urgent).map(({ id }) => id);
      const stored = this.server.log.ever.map(({ id }) => id).filter((id) => ids.includes(id));
      const wanted = ids.filter((id) => stored.includes(id));
      if (stored.join() !== wanted.join()) {
        this.#problems.push(`stored ${stored.join()} instead of ${wanted.join()}`);
      }
    }
  }

  readonly #told = new Map<string, Outcome[]>();

  #tell(outcomes: Map<string, Outcome>, id: string, outcome: Outcome): void {
    // The promises of a run that is gone reach nobody.
    if (outcomes !== this.#run.outcomes) return;
    if (outcomes.has(id)) this.#problems.push(`${id} was settled twice`);
    outcomes.set(id, outcome);
    this.#told.set(id, [...(this.#told.get(id) ?? []), outcome]);
    this.server.watch.told(id);
  }

  #nowMs(): number {
    return 1_700_000_000_000 + this.#elapsedMs + (this.#run?.time.nowMs ?? 0);
  }

  #start(): Run {
    const time = new VirtualTime();
    time.idPrefix = `run${this.#disk.runs}-`;
    const disk = this.#disk.run();
    const outcomes = new Map<string, Outcome>();
    const published = new Set<string>();
    const knocks: SocketAddress[] = [];
    const openSocket = (address: SocketAddress) => {
      knocks.push(address);
      return this.server.accept(address);
    };
    const writes: (() => void)[] = [];
    const reads: (() => void)[] = [];
    const carillon = createCarillon({
      url: 'http://here',
      token: () => {
        this.#tokens += 1;
        return `t${this.#tokens}`;
      },
      store: slowStore(disk, { writes, reads }),
      environment: { ...time.environment, openSocket },
    });
    carillon.onRestored(({ id, receipt, error }) => {
      this.#tell(
        outcomes,
        id,
        receipt === undefined ? outcomeOf(error) : { kind: 'ok', offset: receipt.offset },
      );
    });
    const channel = carillon.channel(LOBBY, { durable: true });
    const isCurrent = () => this.#run.outcomes === outcomes;
    channel.onMessage((message: Message) => isCurrent() && this.reader.message(message));
    channel.onGap((gap: Gap) => isCurrent() && this.reader.gap(gap));
    channel.onSkip(({ from, to }) => isCurrent() && this.reader.skip(from, to));
    carillon.connect();
    void channel.subscribe();
    return { carillon, time, disk, outcomes, published, knocks, writes, reads };
  }
}
