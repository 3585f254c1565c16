import { testAdminKey } from '../support/carillon-process.js';
import { hashOf, type History } from '../../client/cli/src/verify/history.js';
import type { Random } from '../../client/cli/src/verify/seeded-random.js';
import { lasting } from './row.js';
import type { World } from './world.js';

/** Mean pause between two broadcasts, in milliseconds: some, beside dozens of publishes. */
const PAUSE_MS = 300;
const AGAIN_MS = 150;
/** An instance that is paused takes a request and says nothing. */
const ANSWER_MS = 3_000;
const STORED = 202;
const INTERNAL = 500;
/** Nobody waits for one of these for longer. */
const TRIES = 150;

/**
 * An administrator who broadcasts to several of the channels at once, and sends again under the same
 * id what no instance has confirmed.
 */
export class Broadcaster {
  #count = 0;
  #open = 0;
  #broken = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(
    private readonly world: World,
    private readonly channels: readonly string[],
    private readonly history: History,
    private readonly random: Random,
  ) {}

  /** Broadcasts that are not confirmed yet. */
  get open(): number {
    return this.#open;
  }

  /** How often an instance answered that something went wrong inside. */
  get broken(): number {
    return this.#broken;
  }

  /** Begins, at times that the seed decides. */
  start(): void {
    const waitMs = -Math.log(1 - this.random.next()) * PAUSE_MS;
    this.#timer = setTimeout(() => {
      void this.#broadcast();
      this.start();
    }, waitMs);
  }

  /** No more of them; what is open is still sent again. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  close(): void {
    this.stop();
    this.#isClosed = true;
  }

  async #broadcast(): Promise<void> {
    this.#count += 1;
    const id = `broadcast-${this.#count}`;
    const left = this.random.between(0, this.channels.length);
    const some = this.channels.filter((_, number) => number !== left);
    const channels = some.length > 0 ? some : this.channels;
    const data = { broadcast: this.#count, filling: 'x'.repeat(this.random.between(0, 400)) };
    this.history.add({ kind: 'broadcast', id, channels, hash: hashOf(data) });
    this.#open += 1;
    const start = this.random.between(0, this.world.instances.length - 1);
    for (let attempt = 0; attempt < TRIES && !this.#isClosed; attempt += 1) {
      const { url } = this.world.instance(start + attempt).process;
      const status = await statusOf(url, { id, audience: { channels }, data });
      if (status === INTERNAL) this.#broken += 1;
      if (status === STORED) {
        this.history.add({ kind: 'stored', id });
        break;
      }
      await lasting(AGAIN_MS);
    }
    this.#open -= 1;
  }
}

/** What the instance answers, null for nothing; all but that all copies are stored is tried again. */
async function statusOf(url: string, body: object): Promise<number | null> {
  try {
    const answer = await fetch(`${url}/v1/broadcasts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${testAdminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    // It is down, or was killed in the middle.
    return null;
  }
}
