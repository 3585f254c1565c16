import type { Socket } from 'node:net';
import type { Random } from '../../client/cli/src/verify/seeded-random.js';

/** What happens to the bytes of one direction of one connection. */
export type Behaviour =
  | { readonly kind: 'pass' }
  /** Each chunk is late by `ms`, give or take; the order stays. */
  | { readonly kind: 'delay'; readonly ms: number; readonly jitterMs: number }
  /** Nothing arrives and nobody notices; healed, it all arrives, as a network resends it. */
  | { readonly kind: 'blackhole' }
  /** Bytes are gone for good: healed, the connection is reset. */
  | { readonly kind: 'swallow' }
  /** Nobody reads: what the kernel cannot take stays with the sender. */
  | { readonly kind: 'stall' }
  /** Somebody reads, but slowly: the rest stays with the sender once the kernel has no more room. */
  | { readonly kind: 'trickle'; readonly bytesPerSecond: number }
  /** Single bytes, each a write of its own, then pieces of any size. */
  | { readonly kind: 'slice' };

/** Single bytes at the start of a chunk: enough to cut every length and header there is. */
const SINGLE_BYTES = 24;
const PIECES_AFTER = 3;
/** A slow reader takes this often, and has no more than this ahead of it. */
const TRICKLE_MS = 20;
const TRICKLE_AHEAD = 16_384;
/** More waits in the sender, as it would without a proxy. */
const WAITING_MAX = 262_144;

/** One direction of one connection. */
export class Lane {
  swallowed = 0;
  pieces = 0;
  readonly #queue: { readonly chunk: Buffer; readonly dueAt: number }[] = [];
  #behaviour: Behaviour = { kind: 'pass' };
  #isPumping = false;
  #isFinished = false;
  #lastDueAt = 0;
  /** What is queued and not yet handed on. */
  #bytes = 0;

  constructor(
    private readonly source: Socket,
    private readonly target: Socket,
    private readonly random: Random,
  ) {
    source.on('data', (chunk: Buffer) => this.#take(chunk));
    target.on('drain', () => this.#resume());
  }

  /** Neither bytes nor the end of the connection get through. */
  get isSilent(): boolean {
    const { kind } = this.#behaviour;
    return kind === 'blackhole' || kind === 'stall' || kind === 'swallow';
  }

  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    if (behaviour.kind === 'stall') this.source.pause();
    else this.#resume();
    void this.#pump();
  }

  /** Nothing more comes in: what is queued goes out, then the end. */
  finish(): void {
    this.#isFinished = true;
    void this.#pump();
  }

  #take(chunk: Buffer): void {
    const behaviour = this.#behaviour;
    if (behaviour.kind === 'swallow') {
      this.swallowed += chunk.length;
      return;
    }
    const lateMs =
      behaviour.kind === 'delay'
        ? behaviour.ms + (this.random.next() * 2 - 1) * behaviour.jitterMs
        : 0;
    this.#lastDueAt = Math.max(this.#lastDueAt, performance.now() + lateMs);
    this.#queue.push({ chunk, dueAt: this.#lastDueAt });
    this.#bytes += chunk.length;
    if (behaviour.kind === 'trickle' && this.#bytes > TRICKLE_AHEAD) this.source.pause();
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#queue.length > 0 && !this.target.destroyed) {
        const head = this.#queue[0];
        if (head === undefined || this.#behaviour.kind === 'blackhole') return;
        const waitMs = head.dueAt - performance.now();
        if (waitMs > 1) {
          await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
          continue;
        }
        this.#queue.shift();
        if (this.#behaviour.kind === 'slice') await this.#slice(head.chunk);
        else if (this.#behaviour.kind === 'trickle') await this.#trickle(head.chunk);
        else this.#write(head.chunk);
        this.#bytes -= head.chunk.length;
        if (this.#behaviour.kind === 'trickle' && this.#bytes <= TRICKLE_AHEAD) this.#resume();
      }
    } finally {
      this.#isPumping = false;
    }
    if (this.#isFinished && this.#queue.length === 0) this.target.destroySoon();
  }

  #write(chunk: Buffer): void {
    this.target.write(chunk);
    if (this.target.writableLength > WAITING_MAX) this.source.pause();
  }

  async #slice(chunk: Buffer): Promise<void> {
    let from = 0;
    while (from < chunk.length && !this.target.destroyed) {
      const left = chunk.length - from;
      const piece =
        from < SINGLE_BYTES
          ? 1
          : Math.min(left, this.random.between(1, Math.ceil(chunk.length / PIECES_AFTER)));
      this.#write(chunk.subarray(from, from + piece));
      this.pieces += 1;
      from += piece;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #trickle(chunk: Buffer): Promise<void> {
    let from = 0;
    while (from < chunk.length && !this.target.destroyed) {
      const behaviour = this.#behaviour;
      const left = chunk.length - from;
      const share =
        behaviour.kind === 'trickle' ? behaviour.bytesPerSecond : Number.POSITIVE_INFINITY;
      const piece = Math.min(left, Math.max(1, Math.ceil((share * TRICKLE_MS) / 1_000)));
      this.#write(chunk.subarray(from, from + piece));
      from += piece;
      if (from < chunk.length)
        await new Promise((resolve) => setTimeout(resolve, TRICKLE_MS).unref());
    }
  }

  #resume(): void {
    if (this.#behaviour.kind !== 'stall') this.source.resume();
  }
}
