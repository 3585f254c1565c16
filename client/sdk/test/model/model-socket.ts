import type { SocketAddress, WireSocket } from '../../src/environment.js';

export interface ModelRequest {
  readonly name: string;
  readonly request: unknown;
  readonly answer: (reply: unknown) => void;
  /** Which try of a publish it is; 0 for everything else. */
  readonly tries: number;
  readonly sentAtMs: number;
}

/** A socket whose two directions stand still until the model moves them. */
export class ModelSocket implements WireSocket {
  readonly token: unknown;
  /** On the way to the server. */
  readonly up: ModelRequest[] = [];
  /** On the way to the client. */
  readonly down: (() => void)[] = [];
  isOpen = true;
  readonly #listeners = new Map<string, (payload: unknown) => void>();

  constructor(
    address: SocketAddress,
    /** Hears of each request in the moment it is sent. */
    private readonly sent: (name: string, request: unknown) => number,
    private readonly now: () => number,
  ) {
    this.token = address.auth.token;
  }

  on(event: string, hear: (payload: unknown) => void): void {
    this.#listeners.set(event, hear);
  }

  emit(name: string, request: unknown, answer: (reply: unknown) => void): void {
    const tries = this.sent(name, request);
    this.up.push({ name, request: structuredClone(request), answer, tries, sentAtMs: this.now() });
  }

  close(): void {
    this.isOpen = false;
  }

  /** Something of the server begins its way. */
  push(event: string, payload: unknown): void {
    const copy = structuredClone(payload);
    this.down.push(() => this.#listeners.get(event)?.(copy));
  }

  /** The network fails: what was on the way is gone. */
  cut(): void {
    this.up.length = 0;
    this.down.length = 0;
    if (this.isOpen) this.#listeners.get('disconnect')?.('transport close');
    this.isOpen = false;
  }

  refuse(data: unknown): void {
    this.#listeners.get('connect_error')?.(Object.assign(new Error('refused'), { data }));
  }
}
