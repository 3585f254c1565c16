import { CarillonError } from '../../protocol/carillon-error.js';
import { type Keys, partitionOf } from '../../redis/keys.js';
import { COMMAND_TIMEOUT_MS, type RedisClient } from '../../redis/redis-client.js';
import { evaluate, hasMessage } from '../../redis/redis-script.js';
import type { Appended, Publication } from '../broker.port.js';
import { APPEND_SCRIPT, appendCall, brokerError, readAppended } from './append-script.js';

/** Publications and bytes of one script call: others wait while it runs. */
const CALL_PUBLICATIONS = 32;
const CALL_BYTES = 262_144;

/** Publications that may be on their way; beyond, a publish is refused instead of waiting. */
const PENDING_MAX = 50_000;

interface Waiting {
  readonly publication: Publication;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: CarillonError) => void;
}

export interface AppenderOptions {
  readonly client: RedisClient;
  readonly keys: Keys;
  /** Cluster: one call stays in one partition, and announces in it. */
  readonly isSharded: boolean;
  readonly newLife: string;
  /** Replicas that must have a batch before it is acknowledged. */
  readonly replicas: number;
}

/** Sends the publications of one turn together, in the order they came. */
export class Appender {
  #waiting: Waiting[] = [];
  #pending = 0;

  constructor(private readonly options: AppenderOptions) {}

  append(publication: Publication): Promise<Appended> {
    if (this.#pending >= PENDING_MAX) {
      return Promise.reject(
        new CarillonError('overloaded', 'Too many publishes are on their way. Slow down.', {
          retryAfterMs: 500,
        }),
      );
    }
    this.#pending += 1;
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#send());
      this.#waiting.push({ publication, resolve, reject });
    });
  }

  #send(): void {
    const all = this.#waiting;
    this.#waiting = [];
    if (!this.options.isSharded) {
      for (const call of callsOf(all)) void this.#call(call);
      return;
    }
    const byPartition = new Map<number, Waiting[]>();
    for (const waiting of all) {
      const partition = partitionOf(waiting.publication.channel);
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), waiting]);
    }
    for (const some of byPartition.values())
      for (const call of callsOf(some)) void this.#call(call);
  }

  async #call(batch: readonly Waiting[]): Promise<void> {
    const { client, keys, isSharded, newLife, replicas } = this.options;
    const { keys: names, args } = appendCall(
      batch.map(({ publication }) => publication),
      keys,
      isSharded ? 'SPUBLISH' : 'PUBLISH',
      newLife,
      (channel) => keys.ofPartition('life', partitionOf(channel)),
    );
    try {
      const replies = await evaluate(client, APPEND_SCRIPT, names, args);
      if (replicas > 0) await this.#awaitReplicas(replicas);
      this.#settle(batch, Array.isArray(replies) ? replies : []);
    } catch (error) {
      const refusal =
        error instanceof CarillonError
          ? error
          : brokerError(hasMessage(error) ? error.message : '');
      this.#pending -= batch.length;
      for (const { reject } of batch) reject(refusal);
    }
  }

  #settle(batch: readonly Waiting[], replies: readonly unknown[]): void {
    this.#pending -= batch.length;
    for (const [index, { resolve, reject }] of batch.entries()) {
      const result = readAppended(replies[index]);
      if (result instanceof CarillonError) reject(result);
      else resolve(result);
    }
  }

  /** On this appender's own connection: WAIT counts the replicas that have what it wrote before. */
  async #awaitReplicas(replicas: number): Promise<void> {
    const { client } = this.options;
    const reached = Number(await client.call('WAIT', replicas, COMMAND_TIMEOUT_MS / 2));
    if (reached >= replicas) return;
    throw new CarillonError(
      'unavailable',
      `Only ${reached} of ${replicas} replicas confirmed in time. Repeat with the same id.`,
      { retryAfterMs: 500 },
    );
  }
}

function* callsOf(all: readonly Waiting[]): Iterable<readonly Waiting[]> {
  let batch: Waiting[] = [];
  let bytes = 0;
  for (const waiting of all) {
    const size = waiting.publication.draft.length;
    if (batch.length === CALL_PUBLICATIONS || (batch.length > 0 && bytes + size > CALL_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(waiting);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
