import { CarillonError } from '../protocol/carillon-error.js';
import { LIMITS } from '../protocol/limits.js';

/**
 * JSON text of a member's state.
 *
 * @throws `invalid_request` for anything but JSON of at most 1 KiB
 */
export function encodeState(state: unknown): string {
  if (!isSmallJson(state)) throw refusal();
  const text = JSON.stringify(state);
  if (Buffer.byteLength(text) > LIMITS.presenceStateBytes) throw refusal();
  return text;
}

function refusal(): CarillonError {
  return new CarillonError(
    'invalid_request',
    `Send as state a JSON value of at most ${LIMITS.presenceStateBytes} bytes, without binary parts.`,
  );
}

/**
 * Walks without recursion and gives up early: a hostile value may be as deep and as wide as a packet
 * allows. Each value costs a byte of JSON at least.
 */
function isSmallJson(root: unknown): boolean {
  const rest: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }];
  let seen = 0;
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { value, depth } = next;
    if (++seen > LIMITS.presenceStateBytes || depth > LIMITS.dataDepth) return false;
    if (value === null || typeof value === 'boolean' || typeof value === 'string') continue;
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) return false;
      continue;
    }
    if (typeof value !== 'object' || !isPlain(value)) return false;
    // The official parser disconnects who is sent a forged placeholder.
    if (Object.hasOwn(value, '_placeholder')) return false;
    const children: unknown[] = Array.isArray(value) ? value : Object.values(value);
    if (children.length > LIMITS.presenceStateBytes) return false;
    for (const child of children) rest.push({ value: child, depth: depth + 1 });
  }
  return true;
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
