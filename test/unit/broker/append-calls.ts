import { Buffer } from 'node:buffer';
import type { Command } from 'ioredis';

/** What the script answers for one publication. */
export type Answer =
  | readonly [epoch: Buffer, offset: number]
  | readonly [status: 2 | 3, nothing: 0]
  | readonly [status: 4, message: Buffer];

/** That it was stored at this offset. */
export function stored(offset: number): Answer {
  return [Buffer.from('e'.repeat(16)), offset];
}

/** The ids of the publications that a call on the wire brings, without their publisher. */
export function idsOf(command: Command): string[] {
  const [, , keyCount, ...rest] = argumentsOf(command);
  const keys = Number(keyCount);
  // Two arguments for all, then three for each publication; its id is in the second, behind its length.
  return Array.from({ length: keys / 5 }, (_, index) => {
    const packed = rest[keys + 2 + 3 * index + 1] ?? Buffer.alloc(0);
    return packed.toString('utf8', 56, 56 + packed.readUInt32BE(52)).replace('ann\n', '');
  });
}

/** What the server reads; throws where the bytes are no whole call. */
export function argumentsOf(command: Command): Buffer[] {
  const wire = Buffer.from(command.toWritable({}));
  let at = 0;
  const number = (mark: string): number => {
    const end = wire.indexOf('\r\n', at);
    const line = wire.toString('latin1', at, end);
    if (!line.startsWith(mark)) throw new Error(`not ${mark} but ${line} at ${at}`);
    at = end + 2;
    return Number(line.slice(1));
  };
  const all = Array.from({ length: number('*') }, () => {
    const start = at;
    const size = number('$');
    const bytes = wire.subarray(at, at + size);
    at += size + 2;
    if (wire.toString('latin1', at - 2, at) !== '\r\n') throw new Error(`no end of ${start}`);
    return bytes;
  });
  if (at !== wire.length) throw new Error(`${wire.length - at} bytes too many`);
  return all;
}
