import type { Buffer } from 'node:buffer';
import { Command } from 'ioredis';
import type { RedisClient } from './redis-client.js';
import { hasMessage } from './redis-script.js';

/** A call whose bytes are ready. */
export interface Wired {
  readonly name: 'EVALSHA' | 'EVAL';
  /** One of the keys, which tells a cluster where the call goes. */
  readonly key: string;
  /** The whole call, as the server reads it: what the client would make of name and arguments. */
  readonly wire: Buffer;
}

/** A call that was given to the client. */
export interface Sent {
  /**
   * Strings of it are buffers. Rejects as the client does: when its timeout has passed, too, after which the call
   * is still in the client's queues and may be run.
   */
  readonly reply: Promise<unknown>;
  /**
   * Calls back, once, when nothing of it is under way any more: its reply has come, however late, its connection
   * has closed, or it never left. At once where that is so already, and always before `reply` is seen to settle for it.
   */
  whenOver(then: () => void): void;
}

/**
 * Sends it as the client sends its own calls, with their timeouts.
 *
 * @param redirections of a cluster, none of which has run anything. `told`: `reply` rejects with what `isRedirection`
 *   knows. `followed`: the client sends it again where it is led, a limited number of times and not after its timeout,
 *   but for one that waits for a slot to move (TRYAGAIN) by then
 */
export function sendWired(
  client: RedisClient,
  wired: Wired,
  redirections: 'told' | 'followed',
): Sent {
  const command = new WiredCommand(wired);
  const told = command.reject;
  void client.sendCommand(command);
  // The client of a cluster has put one in its place that follows.
  const followed = command.reject;
  command.reject = (error) => {
    if (redirections === 'told' || command.isSettled) told(error);
    else followed(error);
  };
  return command;
}

/** The node that was asked does not hold the slot, or not all of it: nothing has run. */
export function isRedirection(error: unknown): boolean {
  return hasMessage(error) && /^(MOVED|ASK|TRYAGAIN) /.test(error.message);
}

class WiredCommand extends Command implements Sent {
  readonly #wire: Buffer;
  readonly #giveUp: (error: Error) => void;
  #timeout: NodeJS.Timeout | undefined;
  #isOver = false;
  #then: (() => void) | null = null;

  constructor({ name, key, wire }: Wired) {
    // The client looks for the key among the arguments; the script itself is on the wire.
    super(name, ['', 1, key], { replyEncoding: null });
    this.#wire = wire;
    // The client calls these for what has happened to the call, long after a timeout as well.
    const { resolve, reject } = this;
    this.#giveUp = reject;
    this.resolve = (reply: unknown) => {
      this.#end();
      resolve(reply);
    };
    this.reject = (error) => {
      this.#end();
      reject(error);
    };
  }

  get reply(): Promise<unknown> {
    return this.promise;
  }

  whenOver(then: () => void): void {
    if (this.#isOver) then();
    else this.#then = then;
  }

  override toWritable(): Buffer {
    return this.#wire;
  }

  /** The client's own would reject it as an answer does, and nobody could tell that it is still under way. */
  override setTimeout(ms: number): void {
    this.#timeout ??= setTimeout(() => this.#giveUp(new Error('Command timed out')), ms);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timeout);
    this.#then?.();
    this.#then = null;
  }
}
