import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { CarillonError } from '../protocol/carillon-error.js';
import { LIMITS } from '../protocol/limits.js';
import { isDeeperThan } from './json-depth.js';

/** A full batch of small messages or a few large ones; what is larger belongs into several requests. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** What surrounds `data` in a body: the object, `items`, the item. */
const ENVELOPE_LEVELS = 4;

/**
 * A body beyond the limit is read to its end and thrown away, because a client hears a refusal only
 * once it has sent everything; beyond this much its connection is cut.
 */
const DISCARD_BYTES = 64 * 1024 * 1024;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * The body of a request as JSON; undefined when it has none. Rejects with a refusal that never quotes
 * the body: not JSON by its type, too large, nested too deeply, not UTF-8, not JSON by its text.
 */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  if (request.readableEnded) {
    throw new Error('The body was already read: create the application with bodyParser: false.');
  }
  const { 'content-type': type, 'content-encoding': coding } = request.headers;
  const isPlain = coding === undefined || coding.toLowerCase() === 'identity';
  if (type === undefined || !JSON_TYPE.test(type) || !isPlain) {
    throw new UnsupportedMediaTypeException();
  }
  const bytes = await collect(request);
  if (isDeeperThan(LIMITS.dataDepth + ENVELOPE_LEVELS, bytes)) {
    throw new CarillonError(
      'invalid_request',
      `The body is nested too deeply: \`data\` may have ${LIMITS.dataDepth} levels.`,
    );
  }
  return parse(bytes);
}

function hasBody({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined) return true;
  return headers['content-length'] !== undefined && headers['content-length'] !== '0';
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (length > DISCARD_BYTES) break;
    }
  } catch (cause) {
    throw new CarillonError('invalid_request', 'The body did not arrive whole: send it again.', {
      cause,
    });
  }
  if (length <= MAX_BODY_BYTES) return Buffer.concat(chunks);
  throw new CarillonError(
    'message_too_large',
    `The body is larger than ${MAX_BODY_BYTES} bytes: split it into several requests.`,
    { details: { maxBytes: MAX_BODY_BYTES } },
  );
}

function parse(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's text quotes the body.
    throw new CarillonError('invalid_request', 'The body is not valid JSON in UTF-8.');
  }
}
