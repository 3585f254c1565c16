import type { Buffer } from 'node:buffer';
import type { Socket as NetSocket } from 'node:net';
import process from 'node:process';
import { getSystemErrorName } from 'node:util';
import { Logger } from '@nestjs/common';

/** What lies beneath a network stream; private in Node, so looked for at run time. */
interface StreamHandle {
  /** 0, or the number of an error: nothing of it will arrive. */
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
}

/** One write; used again as long as the kernel takes all of it at once. */
interface WriteRequest {
  oncomplete?: (status: number) => void;
  /** Kept alive until it is written. */
  bytes?: Buffer;
}

interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: ArrayLike<number>;
  readonly kLastWriteWasAsync: number;
}

/** Whose writes they are. */
export interface BeneathStream {
  /** Called once after `held`, in a later turn: whether all of it was written. What was not has ended the stream. */
  settled(isWhole: boolean): void;
}

/**
 * How a write went: the kernel has all of it, or some of it; it refused it, and the stream has ended; or
 * it has to go by way of the stream.
 */
export type Written = 'whole' | 'held' | 'refused' | 'not written';

const binding = findBinding();
let request = binding ? new binding.WriteWrap() : null;
/** What handles of plain TCP have in common. */
let plain: object | null = null;

/**
 * Writes to the handle beneath a stream: the way through the stream costs as much again as everything
 * else that is ours. Only while the stream itself holds nothing, and its last write is `whole`: nothing
 * is overtaken then, because the handle keeps the order of all that is written to it.
 */
export function writeBeneath(stream: NetSocket, bytes: Buffer, owner: BeneathStream): Written {
  const handle = handleOf(stream);
  if (!binding || !request || !handle || stream.writableLength > 0) return 'not written';
  const status = handle.writeBuffer(request, bytes);
  if (status !== 0) {
    stream.destroy(errorOf(status));
    return 'refused';
  }
  if (binding.streamBaseState[binding.kLastWriteWasAsync] === 0) return 'whole';
  // It belongs to libuv now: to write with it again would end the process.
  const pending = request;
  request = new binding.WriteWrap();
  pending.bytes = bytes;
  pending.oncomplete = (failure) => {
    if (failure !== 0) stream.destroy(errorOf(failure));
    owner.settled(failure === 0);
  };
  return 'held';
}

/** Plain TCP only: what else there is, as TLS, never takes anything at once. */
function handleOf(stream: NetSocket): StreamHandle | null {
  const { _handle: handle } = stream as unknown as { _handle?: StreamHandle | null };
  if (!handle) return null;
  const prototype: unknown = Object.getPrototypeOf(handle);
  if (prototype === plain) return handle;
  if (handle.constructor.name !== 'TCP' || typeof handle.writeBuffer !== 'function') return null;
  plain = prototype as object;
  return handle;
}

/** As the stream itself would tell it. */
function errorOf(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: 'write' });
}

function findBinding(): StreamBinding | null {
  try {
    const inside = process as unknown as { binding(name: string): StreamBinding };
    const found = inside.binding('stream_wrap');
    const isWhole =
      typeof found.WriteWrap === 'function' &&
      typeof found.streamBaseState[found.kLastWriteWasAsync] === 'number';
    if (isWhole) return found;
  } catch {
    // A Node that has it no more, or does not allow it.
  }
  new Logger('Gateway').warn(
    'This Node does not let frames go beneath its streams: they go through them, at a higher cost.',
  );
  return null;
}
