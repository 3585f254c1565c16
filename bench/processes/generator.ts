import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import type { Audience, Load, Order, Report, Traffic } from '../load/orders.js';
import { atExit } from './at-exit.js';
import { pinned } from './child.js';

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

  async connect(audience: Audience): Promise<void> {
    await this.#ask({ kind: 'connect', audience });
  }

  async run(traffic: Traffic): Promise<Load> {
    const report = await this.#ask({ kind: 'run', traffic });
    if (report.kind !== 'load') throw new Error('the generator did not answer with a load');
    return report.load;
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
