import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { root } from '../setup/root.mjs';

/**
 * The processes that this script started. They are in process groups of their own: a Ctrl-C at
 * the terminal reaches this script alone, which then ends them in the right order.
 */
export class Children {
  /** Each with `name`, `process` and `exited`, a promise of `{ code, signal }`. */
  #all = [];
  #isStopping = false;

  constructor() {
    // The last resort, when this script dies of an error of its own.
    process.once('exit', () => this.kill());
  }

  get isStopping() {
    return this.#isStopping;
  }

  /** @param output called with each line; absent: the child writes to `stdio` itself */
  start(name, command, args, { env = process.env, output, stdio }) {
    const child = spawn(command, args, {
      cwd: root,
      env,
      detached: true,
      stdio: output === undefined ? ['ignore', ...stdio] : ['ignore', 'pipe', 'pipe'],
    });
    if (output !== undefined) {
      createInterface({ input: child.stdout }).on('line', output);
      createInterface({ input: child.stderr }).on('line', output);
    }
    const exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      child.once('error', (error) => resolve({ code: 1, signal: null, error }));
    });
    const entry = { name, process: child, exited, hasExited: false };
    void exited.then(() => (entry.hasExited = true));
    this.#all.push(entry);
    return entry;
  }

  /** Resolves with the first child that ends without having been told to. */
  async firstDeath() {
    return Promise.race(
      this.#all.map(async (child) => ({ name: child.name, ...(await child.exited) })),
    );
  }

  /** SIGTERM to the servers, all at once, and to what they need only when they are gone. */
  async stop() {
    this.#isStopping = true;
    const servers = this.#all.filter(({ name }) => name !== 'redis');
    for (const group of [servers, this.#all]) {
      for (const child of group) signal(child, 'SIGTERM');
      await Promise.all(group.map(({ exited }) => exited));
    }
  }

  kill() {
    // Redis is not killed: its warden would be, and it would live on. It keeps nothing anyway.
    for (const child of this.#all) signal(child, child.name === 'redis' ? 'SIGTERM' : 'SIGKILL');
  }
}

function signal(child, name) {
  if (!child.hasExited && child.process.pid !== undefined) child.process.kill(name);
}
