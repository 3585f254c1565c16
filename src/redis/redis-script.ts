import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { RedisClient } from './redis-client.js';

/** A script as it was read from its file, with the name that Redis keeps it under. */
export interface ScriptSource {
  readonly text: string;
  readonly sha: string;
}

export type ScriptArgument = string | number | Buffer;

export function readScript(file: URL): ScriptSource {
  return scriptOf(readFileSync(file, 'utf8'));
}

export function scriptOf(text: string): ScriptSource {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/**
 * Runs a script by its name, and by its text where Redis does not know it any more. Strings of the
 * reply are buffers. Rejects as the client does; a call whose outcome is unknown is never repeated.
 */
export async function evaluate(
  client: RedisClient,
  script: ScriptSource,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  try {
    return await evaluateByName(client, script, keys, args);
  } catch (error) {
    // Nothing has run: a script flush or a restart has only lost the text.
    if (!isNoScript(error)) throw error;
    return evaluateByText(client, script, keys, args);
  }
}

/** Rejects with what `isNoScript` knows when the script must be sent by its text. */
function evaluateByName(
  client: RedisClient,
  { sha }: ScriptSource,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  return client.callBuffer('EVALSHA', sha, keys.length, ...keys, ...args);
}

function evaluateByText(
  client: RedisClient,
  { text }: ScriptSource,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  return client.callBuffer('EVAL', text, keys.length, ...keys, ...args);
}

export function isNoScript(error: unknown): boolean {
  return hasMessage(error) && error.message.startsWith('NOSCRIPT');
}

/** Not `instanceof Error`: an error of Node's own is another class inside a test runner. */
export function hasMessage(error: unknown): error is { readonly message: string } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'message' in error &&
    typeof error.message === 'string'
  );
}

/** One script, called by names: `await takeTokens(client, { bucket }, { cost: 1 })`. */
export function redisScript<K extends string, A extends string, R>(definition: {
  readonly file: URL;
  readonly keys: readonly K[];
  readonly args: readonly A[];
  /** Checks the reply, whose strings are text. */
  readonly reply: z.ZodType<R>;
}): (
  client: RedisClient,
  keys: Readonly<Record<K, string>>,
  args: Readonly<Record<A, ScriptArgument>>,
) => Promise<R> {
  const script = readScript(definition.file);
  return async (client, keys, args) => {
    const reply = await evaluate(
      client,
      script,
      definition.keys.map((name) => keys[name]),
      definition.args.map((name) => args[name]),
    );
    return definition.reply.parse(textOf(reply));
  };
}

/** The reply with its buffers as text. */
function textOf(reply: unknown): unknown {
  if (Buffer.isBuffer(reply)) return reply.toString('utf8');
  if (Array.isArray(reply)) return reply.map(textOf);
  return reply;
}
