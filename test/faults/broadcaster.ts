import { testAdminKey } from '../support/carillon-process.js';
import { hashOf, type History } from '../../client/cli/src/verify/history.js';
import type { Random } from '../../client/cli/src/verify/seeded-random.js';
import { type Audience, channelsFor, TAGS } from './audience.js';
import type { Reader } from './reader.js';
import { lasting } from './row.js';
import type { World } from './world.js';

/** Mean pause between two broadcasts, in milliseconds: some, beside dozens of publishes. */
const PAUSE_MS = 300;
const AGAIN_MS = 150;
/** An instance that is paused takes a request and says nothing. */
const ANSWER_MS = 3_000;
const STORED = 202;
const INTERNAL = 500;
/** So many of them leave somebody out. */
const PARTIAL_SHARE = 0.3;
/** Nobody waits for one of these for longer. */
const TRIES = 150;

export interface BroadcasterParts {
  /** Of this injection alone: ids begin with it. */
  readonly label: string;
  readonly channels: readonly string[];
  readonly history: History;
  readonly random: Random;
}

/** A broadcast, and the channels that carry a copy of it. */
export interface Sent {
  readonly id: string;
  readonly channels: readonly string[];
}

/**
 * An administrator who broadcasts to everyone, to several of the channels, to users and to tags, leaves
 * some users out, and sends again under the same id what no instance has confirmed.
 */
export class Broadcaster {
  #count = 0;
  #open = 0;
  #broken = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** @param audience those who read; asked each time, as they come one after another */
  constructor(
    private readonly world: World,
    private readonly audience: { readonly readers: readonly Reader[] },
    private readonly parts: BroadcasterParts,
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
    const waitMs = -Math.log(1 - this.parts.random.next()) * PAUSE_MS;
    this.#timer = setTimeout(() => {
      this.#broadcast(this.#anyAudience());
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

  /** Broadcasts once more to everybody in each way that is not by channels; nobody is left out. */
  last(): Sent[] {
    const audiences = [{ everyone: true }, { users: this.#users }, { tags: [...TAGS] }] as const;
    return audiences.map((audience) => this.#broadcast(audience));
  }

  get #users(): readonly string[] {
    return [...new Set(this.audience.readers.map(({ user }) => user))];
  }

  #anyAudience(): Audience {
    const { random, channels } = this.parts;
    const users = this.#users;
    const kind = random.next();
    const isPartial = random.next() < PARTIAL_SHARE;
    const except = isPartial ? { except: { users: someOf(users, 1, random) } } : {};
    if (kind < 0.2) return { everyone: true, ...except };
    if (kind < 0.4)
      return { users: someOf(users, random.between(1, users.length), random), ...except };
    if (kind < 0.6)
      return { tags: someOf(TAGS, random.between(1, TAGS.length), random), ...except };
    return {
      channels: someOf(channels, channels.length - random.between(0, 1), random),
      ...except,
    };
  }

  #broadcast(audience: Audience): Sent {
    this.#count += 1;
    const { label, history, random } = this.parts;
    const id = `broadcast-${label}-${this.#count}`;
    const data = { broadcast: this.#count, filling: 'x'.repeat(random.between(0, 400)) };
    const channels = channelsFor(audience);
    const except = audience.except?.users;
    history.add({
      ...{ kind: 'broadcast', id, channels, hash: hashOf(data) },
      ...(except === undefined ? {} : { except }),
    });
    this.#open += 1;
    const start = random.between(0, this.world.instances.length - 1);
    void this.#send({ id, audience, data }, start).finally(() => (this.#open -= 1));
    return { id, channels };
  }

  async #send(
    body: { readonly id: string; readonly audience: Audience; readonly data: object },
    start: number,
  ): Promise<void> {
    for (let attempt = 0; attempt < TRIES && !this.#isClosed; attempt += 1) {
      const { url } = this.world.instance(start + attempt).process;
      const status = await statusOf(url, body);
      if (status === INTERNAL) this.#broken += 1;
      if (status === STORED) {
        this.parts.history.add({ kind: 'stored', id: body.id });
        return;
      }
      await lasting(AGAIN_MS);
    }
  }
}

/** So many of them, drawn by lot. */
function someOf<T>(items: readonly T[], count: number, random: Random): T[] {
  const left = [...items];
  while (left.length > Math.max(1, count)) left.splice(random.between(0, left.length - 1), 1);
  return left;
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
