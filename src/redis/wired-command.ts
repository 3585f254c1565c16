import type { Buffer } from 'node:buffer';
import { Command } from 'ioredis';
import type { RedisClient } from './redis-client.js';

/** A call whose bytes are ready. */
export interface Wired {
  readonly name: 'EVALSHA' | 'EVAL';
  /** One of the keys, which tells a cluster where the call goes. */
  readonly key: string;
  /** The whole call, as the server reads it: what the client would make of name and arguments. */
  readonly wire: Buffer;
}

/**
 * Sends it as the client sends its own calls, with their timeouts and redirections. Strings of the
 * reply are buffers. Rejects as the client does.
 */
export function sendWired(client: RedisClient, wired: Wired): Promise<unknown> {
  const command = new WiredCommand(wired);
  void client.sendCommand(command);
  return command.promise;
}

class WiredCommand extends Command {
  readonly #wire: Buffer;

  constructor({ name, key, wire }: Wired) {
    // The client looks for the key among the arguments; the script itself is on the wire.
    super(name, ['', 1, key], { replyEncoding: null });
    this.#wire = wire;
  }

  override toWritable(): Buffer {
    return this.#wire;
  }
}
