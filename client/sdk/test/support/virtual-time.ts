import type { Environment, SocketAddress } from '../../src/environment.js';
import { ScriptedSocket } from './scripted-socket.js';

interface Timer {
  readonly atMs: number;
  readonly task: () => void;
}

/** Time, chance and network in the test's hand: nothing happens before the test says so. */
export class VirtualTime {
  readonly sockets: ScriptedSocket[] = [];
  readonly addresses: SocketAddress[] = [];
  readonly #timers = new Set<Timer>();
  #nowMs = 1_000;
  #ids = 0;
  #wake = () => {};
  /** What `random` answers. */
  chance = 0.5;
  /** What ids begin with. */
  idPrefix = 'id-';

  get timers(): number {
    return this.#timers.size;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  readonly environment: Environment = {
    wallClockMs: () => 5_000_000,
    monotonicMs: () => this.#nowMs,
    random: () => this.chance,
    freshId: () => {
      this.#ids += 1;
      return `${this.idPrefix}${this.#ids}`;
    },
    after: (ms, task) => {
      const timer = { atMs: this.#nowMs + ms, task };
      this.#timers.add(timer);
      return () => void this.#timers.delete(timer);
    },
    openSocket: (address) => {
      const socket = new ScriptedSocket();
      this.addresses.push(address);
      this.sockets.push(socket);
      return socket;
    },
    onWake: (task) => {
      this.#wake = task;
      return () => {
        this.#wake = () => {};
      };
    },
  };

  /** The last socket that was opened. */
  get socket(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was opened yet');
    return socket;
  }

  wake(): void {
    this.#wake();
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  /** Moves time on, and runs what falls due on the way, in order. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await this.settle();
    for (;;) {
      const due = [...this.#timers]
        .filter(({ atMs }) => atMs <= untilMs)
        .toSorted((one, other) => one.atMs - other.atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.task();
      await this.settle();
    }
    this.#nowMs = untilMs;
  }
}
