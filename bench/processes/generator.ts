import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { Published } from '../load/ledger.js';
import type { Audience, Load, Order, Report, Return, Storm, Traffic } from '../load/orders.js';
import { atExit } from './at-exit.js';
import { pinned } from './child.js';

/** Of one that goes behind another: it gets a tenth of a core that both want. */
const NICENESS = 10;

/** The load generator: the other end of `load/main.ts`. */
export class Generator {
  readonly #process: ChildProcess;
  readonly #ended: () => void;

  constructor() {
    const program = path.resolve(import.meta.dirname, '../load/main.js');
    const [command, ...args] = [...pinned('other'), process.execPath, program];
    this.#process = spawn(command ?? process.execPath, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#ended = atExit(() => this.#process.kill('SIGKILL'));
  }

  /** From now on others that want the same core get most of it. */
  goBehind(): void {
    if (this.#process.pid !== undefined) setPriority(this.#process.pid, NICENESS);
  }

  /** Connects the publishers and the first so many seats; all of them when it is not said. */
  async connect(audience: Audience, upTo = audience.seats.length): Promise<void> {
    await this.#ask({ kind: 'connect', audience, upTo });
  }

  async admit(upTo: number): Promise<void> {
    await this.#ask({ kind: 'admit', upTo });
  }

  async run(traffic: Traffic): Promise<Load> {
    return this.#load({ kind: 'run', traffic });
  }

  /** Publishes, beside another one: what both have published is exchanged before either settles. */
  async offer(traffic: Traffic): Promise<Published> {
    const report = await this.#ask({ kind: 'offer', traffic });
    if (report.kind !== 'offered') throw new Error('the generator did not tell what it offered');
    return report.published;
  }

  /** Waits for what it is owed of both, and counts. @param elsewhere what the other one has published */
  async settle(elsewhere: Published): Promise<Load> {
    return this.#load({ kind: 'settle', elsewhere });
  }

  /** The first so many seats stop reading. */
  async stall(seats: number): Promise<void> {
    await this.#ask({ kind: 'stall', seats });
  }

  async wake(): Promise<Return> {
    return this.#back({ kind: 'wake' });
  }

  /** All seats lose their connection. */
  async cut(): Promise<void> {
    await this.#ask({ kind: 'cut' });
  }

  async storm(storm: Storm): Promise<Return> {
    return this.#back({ kind: 'storm', storm });
  }

  async disconnect(): Promise<void> {
    await this.#ask({ kind: 'disconnect' });
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
    this.#ended();
  }

  async #load(order: Order): Promise<Load> {
    const report = await this.#ask(order);
    if (report.kind !== 'load') throw new Error('the generator did not answer with a load');
    return report.load;
  }

  async #back(order: Order): Promise<Return> {
    const report = await this.#ask(order);
    if (report.kind !== 'return') throw new Error('the generator did not tell of a return');
    return report.back;
  }

  async #ask(order: Order): Promise<Report> {
    const controller = new AbortController();
    const { signal } = controller;
    try {
      const answered = once(this.#process, 'message', { signal });
      const ended = once(this.#process, 'exit', { signal }).then(() => {
        throw new Error('the load generator ended');
      });
      this.#process.send(order);
      // Only `load/main.ts` writes here, and it writes reports.
      const [report] = (await Promise.race([answered, ended])) as [Report];
      if (report.kind === 'failed') throw new Error(report.message);
      return report;
    } finally {
      controller.abort();
    }
  }
}
