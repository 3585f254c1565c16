import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Answer, Question } from '../probe/questions.js';
import { atExit } from './at-exit.js';
import { findOnPath } from './find-on-path.js';

/** Last lines that are kept, to be told when a process dies. */
const LINES_KEPT = 40;
const START_MS = 20_000;
const STOP_MS = 15_000;
const ANSWER_MS = 15_000;

/** Where a process runs: what is measured on one core, all that loads it on another. */
export type Core = 'measured' | 'other';

/** A process that the bench started; it is killed with the bench. */
export class Child {
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #exited: Promise<void>;
  #watcher: ((line: string) => void) | null = null;
  #isStopping = false;

  constructor(
    readonly name: string,
    core: Core,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    const [program, ...rest] = [...pinned(core), command, ...args];
    const child = spawn(program ?? command, rest, {
      // Nothing else of the surroundings may change what is measured.
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#process = child;
    const ended = atExit(() => child.kill('SIGKILL'));
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#line(error.message);
        resolve();
      });
      child.once('close', () => {
        ended();
        resolve();
      });
    });
    for (const input of [child.stdout, child.stderr])
      if (input) createInterface({ input }).on('line', (line) => this.#line(line));
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error(`${this.name} did not start`);
    return pid;
  }

  /** The first match in a line of its output. @throws with that output when it ends before. */
  async announced(pattern: RegExp): Promise<string> {
    const found = new Promise<string>((resolve) => {
      this.#watcher = (line) => {
        const match = pattern.exec(line);
        if (match) resolve(match[1] ?? match[0]);
      };
      for (const line of this.#lines) this.#watcher(line);
    });
    const signal = AbortSignal.timeout(START_MS);
    const late = new Promise<null>((resolve) => {
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const text = await Promise.race([found, this.#exited.then(() => null), late]);
    this.#watcher = null;
    if (text === null) throw new Error(`${this.name} did not start:\n${this.#lines.join('\n')}`);
    return text;
  }

  /** @throws when the process has ended by itself. */
  check(): void {
    if (this.#isStopping || (this.#process.exitCode ?? this.#process.signalCode) === null) return;
    throw new Error(`${this.name} ended:\n${this.#lines.join('\n')}`);
  }

  /** Asks the probe that was loaded into a process of Node. @throws when it does not answer */
  async ask(question: Question): Promise<Answer> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answered = once(this.#process, 'message', { signal });
    this.#process.send(question);
    // Only `probe/main.ts` writes here, and it writes answers.
    const [answer] = (await answered) as [Answer];
    return answer;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #line(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
    this.#watcher?.(line);
  }
}

/** The command that keeps a process on its core, where the system has one and there are cores to choose. */
export function pinned(core: Core): readonly string[] {
  const taskset = availableParallelism() > 1 ? findOnPath('taskset') : null;
  return taskset === null ? [] : [taskset, '-c', core === 'measured' ? '0' : '1'];
}
