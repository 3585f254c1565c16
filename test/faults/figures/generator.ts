import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { testSecret } from '../../support/carillon-process.js';
import { register } from '../../support/actors.js';
import type { Account, Audience, Order, Report, Traffic } from '../load/orders.js';

const program = path.resolve(import.meta.dirname, '../load/dist/test/faults/load/main.js');

/** Thousands of clients make much garbage at once: collected rarely, it takes less of the servers' cores. */
const RARE_COLLECTION = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

export interface Times {
  readonly ms: readonly number[];
  readonly missing: number;
}

/** The load generator, a process of its own: the other end of `load/main.ts`. */
export class Generator {
  private constructor(private readonly child: ChildProcess) {}

  /** Starts it and lets its crowd in. It is ended with the test file. */
  static async open(audience: Omit<Audience, 'secret'>): Promise<Generator> {
    const child = fork(program, {
      execArgv: RARE_COLLECTION,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    register({ name: 'the load generator', end: () => child.kill('SIGKILL') });
    const generator = new Generator(child);
    await generator.#ask({ kind: 'open', audience: { ...audience, secret: testSecret } });
    return generator;
  }

  async publish(traffic: Traffic): Promise<void> {
    await this.#ask({ kind: 'publish', traffic });
  }

  /** How many clients the end of that instance will meet. */
  async watch(instance: number): Promise<number> {
    const report = await this.#ask({ kind: 'watch', instance });
    if (report.kind !== 'count') throw new Error('the generator did not count');
    return report.count;
  }

  async caughtUp(sinceNs: number): Promise<Times> {
    return this.#times({ kind: 'caught up', sinceNs });
  }

  async rehome(): Promise<void> {
    await this.#ask({ kind: 'rehome' });
  }

  async storm(): Promise<Times> {
    return this.#times({ kind: 'storm' });
  }

  async stall(clients: number): Promise<void> {
    await this.#ask({ kind: 'stall', clients });
  }

  async settle(): Promise<Account> {
    const report = await this.#ask({ kind: 'settle' });
    if (report.kind !== 'account') throw new Error('the generator gave no account');
    return report.account;
  }

  /** Its crowd leaves and it ends. */
  async close(): Promise<void> {
    await this.#ask({ kind: 'close' });
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }

  async #times(order: Order): Promise<Times> {
    const report = await this.#ask(order);
    if (report.kind !== 'times') throw new Error('the generator took no times');
    return report;
  }

  async #ask(order: Order): Promise<Report> {
    const controller = new AbortController();
    const { signal } = controller;
    try {
      const answered = once(this.child, 'message', { signal });
      const ended = once(this.child, 'exit', { signal }).then(() => {
        throw new Error('the load generator ended');
      });
      this.child.send(order);
      // Only `load/main.ts` writes here, and it writes reports.
      const [report] = (await Promise.race([answered, ended])) as [Report];
      if (report.kind === 'failed') throw new Error(report.message);
      return report;
    } finally {
      controller.abort();
    }
  }
}
