import { readFile } from 'node:fs/promises';
import { type CarillonProcess, startCarillon } from '../../support/carillon-process.js';
import { freePort } from '../../support/free-port.js';
import { policyFile } from '../../support/policy-file.js';
import { RedisNode } from '../redis-node.js';
import { sendQueuesOf } from './send-queues.js';

const policy = {
  namespaces: {
    chat: {
      history: { size: 20_000, maxBytes: 67_108_864 },
      rate: { perSecond: 10_000, burst: 10_000 },
    },
  },
};

/** Instances on one Redis with nothing between them and their clients, on ports that they keep. */
export class Cluster {
  private constructor(
    readonly urls: readonly string[],
    private readonly processes: CarillonProcess[],
    private readonly launch: (number: number) => Promise<CarillonProcess>,
  ) {}

  static async start(size: number, env: Readonly<Record<string, string>> = {}): Promise<Cluster> {
    const redis = await RedisNode.start();
    const config = await policyFile(policy);
    const ports: number[] = [];
    for (let number = 0; number < size; number += 1) ports.push(await freePort());
    const launch = (number: number) =>
      startCarillon({
        redisUrl: `redis://127.0.0.1:${redis.port}`,
        env: {
          ...{ INSTANCE_ID: `i${number}`, PORT: String(ports[number]), CARILLON_CONFIG: config },
          ...env,
        },
      });
    const processes = await Promise.all(ports.map((_, number) => launch(number)));
    return new Cluster(
      ports.map((port) => `http://127.0.0.1:${port}`),
      processes,
      launch,
    );
  }

  async kill(number: number): Promise<void> {
    const process = this.#process(number);
    process.kill('SIGKILL');
    await process.exited;
  }

  async restart(number: number): Promise<void> {
    this.processes[number] = await this.launch(number);
  }

  /** What all instances hold of the machine's memory now, in KiB. */
  async residentKiB(): Promise<number> {
    const sizes = await Promise.all(this.processes.map(({ pid }) => residentKiB(pid)));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Sessions that an instance holds, by its own count. */
  async sessions(number: number): Promise<number> {
    return Number(
      /^carillon_sessions(?:\{[^}]*\})? (\d+)$/m.exec(await this.#metrics(number))?.[1],
    );
  }

  /** Messages that an instance dropped because an outbox had no room for them, by its own count. */
  async overflowed(number: number): Promise<number> {
    const count = /^carillon_drops_total\{reason="overflow"\} (\d+)$/m;
    return Number(count.exec(await this.#metrics(number))?.[1] ?? 0);
  }

  /** What the kernel holds for each client of an instance, in bytes. */
  async unread(number: number): Promise<number[]> {
    return sendQueuesOf(this.#process(number).port);
  }

  async end(): Promise<void> {
    await Promise.all(
      this.processes.map(async (process) => {
        process.kill('SIGKILL');
        await process.exited;
      }),
    );
  }

  async #metrics(number: number): Promise<string> {
    return (await fetch(`${this.#process(number).url}/metrics`)).text();
  }

  #process(number: number): CarillonProcess {
    const process = this.processes[number];
    if (process === undefined) throw new Error(`no instance ${number}`);
    return process;
  }
}

/** Of the process, not of its heap: what the machine has to find for it. */
async function residentKiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}
