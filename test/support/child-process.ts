import { type ChildProcess, spawn } from 'node:child_process';
import { within } from './eventually.js';

/** How a process ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process whose output is kept by lines, and whose end is always awaited. */
export class Child {
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #watchers = new Set<() => void>();
  #exit: Exit | null = null;

  constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
    options: { cwd: string; env?: NodeJS.ProcessEnv },
  ) {
    this.#process = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = new Promise((resolve) => {
      const settle = (exit: Exit) => {
        this.#exit = exit;
        resolve(exit);
        this.#wake();
      };
      // `close` comes after the last line of output, `error` when it could not be started.
      this.#process.once('close', (code, signal) => settle({ code, signal }));
      this.#process.once('error', (error) => {
        this.#lines.push(error.message);
        settle({ code: null, signal: null });
      });
    });
    this.#collect(this.#process.stdout);
    this.#collect(this.#process.stderr);
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.name} never started`);
    return this.#process.pid;
  }

  /** Every line of output so far, both streams, in order of arrival. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#exit === null) this.#process.kill(signal);
  }

  /** Resolves with what `find` makes of a line of output, past or coming, or null when the process ended first. */
  async line<T>(
    what: string,
    deadlineMs: number,
    find: (line: string) => T | null,
  ): Promise<T | null> {
    let looked = 0;
    let wake = () => {};
    const found = new Promise<T | null>((resolve) => {
      wake = () => {
        while (looked < this.#lines.length) {
          const value = find(this.#lines[looked++] ?? '');
          if (value !== null) return resolve(value);
        }
        if (this.#exit !== null) resolve(null);
      };
    });
    this.#watchers.add(wake);
    wake();
    try {
      return await within(`${this.name}: ${what}`, deadlineMs, found);
    } finally {
      this.#watchers.delete(wake);
    }
  }

  /** SIGTERM, and SIGKILL for one that is still there after `graceMs`. Resolves with its end. */
  async stop(graceMs: number): Promise<Exit> {
    // A process that a test paused cannot hear SIGTERM.
    this.kill('SIGCONT');
    this.kill('SIGTERM');
    const impatience = setTimeout(() => this.kill('SIGKILL'), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(impatience);
    }
  }

  #collect(stream: NodeJS.ReadableStream | null): void {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      this.#lines.push(...parts);
      this.#wake();
    });
    stream?.on('end', () => {
      if (rest !== '') this.#lines.push(rest);
    });
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
