import type { Buffer } from 'node:buffer';
import type { Socket as NetSocket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { handleOf, streamBinding } from './stream-binding.js';

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

let request = streamBinding ? new streamBinding.WriteWrap() : null;

/**
 * Writes to the handle beneath a stream: the way through the stream costs as much again as everything
 * else that is ours. Only while the stream itself holds nothing, and its last write is `whole`: nothing
 * is overtaken then, because the handle keeps the order of all that is written to it.
 */
export function writeBeneath(stream: NetSocket, bytes: Buffer, owner: BeneathStream): Written {
  const handle = handleOf(stream);
  if (!streamBinding || !request || !handle || stream.writableLength > 0) return 'not written';
  const status = handle.writeBuffer(request, bytes);
  if (status !== 0) {
    stream.destroy(errorOf(status));
    return 'refused';
  }
  if (streamBinding.streamBaseState[streamBinding.kLastWriteWasAsync] === 0) return 'whole';
  // It belongs to libuv now: to write with it again would end the process.
  const pending = request;
  request = new streamBinding.WriteWrap();
  pending.bytes = bytes;
  pending.oncomplete = (failure) => {
    if (failure !== 0) stream.destroy(errorOf(failure));
    owner.settled(failure === 0);
  };
  return 'held';
}

/** As the stream itself would tell it. */
function errorOf(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: 'write' });
}
