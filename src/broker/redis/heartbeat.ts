const BEAT_MS = 500;
/** Nothing was heard for so long: announcements cannot be relied on, whatever the sockets say. */
const SILENCE_MS = 1_200;
/** A beat that was taken is heard in this time, if it is ever heard. */
const HEARD_WITHIN_MS = 250;

export interface HeartbeatLink {
  /** Both directions look open: a beat can be sent and should be heard. */
  isOpen(): boolean;
  /** Publishes a beat to this instance; resolves when it was taken. */
  send(): Promise<unknown>;
  /** Beats are taken but not heard: the subscriptions are dead though their connection is not. */
  deaf(): void;
  /** `isFresh` may have changed. */
  judge(): void;
}

/** Proves, twice a second, that what is published comes back. */
export class Heartbeat {
  #heardAt = Number.NEGATIVE_INFINITY;
  #takenAt = Number.NEGATIVE_INFINITY;
  #listeningSince = Number.POSITIVE_INFINITY;
  #ticks: NodeJS.Timeout | null = null;
  #silence: NodeJS.Timeout | null = null;

  constructor(private readonly link: HeartbeatLink) {}

  start(): void {
    this.#ticks = setInterval(() => this.beat(), BEAT_MS);
    this.#ticks.unref();
  }

  stop(): void {
    if (this.#ticks) clearInterval(this.#ticks);
    if (this.#silence) clearTimeout(this.#silence);
  }

  get isFresh(): boolean {
    return performance.now() - this.#heardAt <= SILENCE_MS;
  }

  heard(): void {
    this.#heardAt = performance.now();
    if (this.#silence) this.#silence.refresh();
    else this.#silence = setTimeout(() => this.#fallSilent(), SILENCE_MS + 1).unref();
    this.link.judge();
  }

  /** The subscriptions stand on a new connection. */
  listening(): void {
    this.#listeningSince = performance.now();
    this.beat();
  }

  /** The connection of the subscriptions is gone, and with it what was proven. */
  lost(): void {
    this.#heardAt = Number.NEGATIVE_INFINITY;
    this.#listeningSince = Number.POSITIVE_INFINITY;
    this.link.judge();
  }

  beat(): void {
    this.link.judge();
    if (!this.link.isOpen()) return;
    if (this.#isDeaf()) return this.link.deaf();
    this.link.send().then(
      () => {
        this.#takenAt = performance.now();
      },
      () => this.link.judge(),
    );
  }

  #fallSilent(): void {
    // Judged after the sockets were read: a loop that stood still has heard nothing, yet.
    setImmediate(() => this.link.judge());
  }

  #isDeaf(): boolean {
    const since = Math.max(this.#heardAt, this.#listeningSince);
    return performance.now() - since > SILENCE_MS && this.#takenAt - since > HEARD_WITHIN_MS;
  }
}
