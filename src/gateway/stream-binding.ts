import process from 'node:process';
import type { Socket as NetSocket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { Buffer } from 'node:buffer';

/** What lies beneath a network stream; private in Node, so looked for at run time. */
export interface StreamHandle {
  /** 0, or the number of an error: nothing of it will arrive. */
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
  /** What is read goes there from now on, instead of into memory of its own. */
  useUserBuffer(bytes: Buffer): void;
  /** Called with each read; must return nothing. */
  onread: OnRead;
  /** Whether its stream wants to be brought what comes. */
  readonly reading?: boolean;
  /** Both 0, or the number of an error. */
  readStop(): number;
  readStart(): number;
}

export type OnRead = (this: StreamHandle, bytes?: ArrayBufferLike) => void;

/** One write; used again as long as the kernel takes all of it at once. */
export interface WriteRequest {
  oncomplete?: (status: number) => void;
  /** Kept alive until it is written. */
  bytes?: Buffer;
}

/** Node's own streams speak to their handles through it. */
export interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  /** What the last call left to tell. */
  readonly streamBaseState: Int32Array;
  readonly kLastWriteWasAsync: number;
  readonly kReadBytesOrError: number;
  readonly kArrayBufferOffset: number;
}

/** Null where Node has it no more, or does not allow it. */
export const streamBinding = findBinding();

/** What handles of plain TCP have in common. */
let plain: object | null = null;

/** Plain TCP only: what else there is, as TLS, has its own way with bytes. */
export function handleOf(stream: NetSocket): StreamHandle | null {
  const { _handle: handle } = stream as unknown as { _handle?: StreamHandle | null };
  if (!handle) return null;
  const prototype: unknown = Object.getPrototypeOf(handle);
  if (prototype === plain) return handle;
  if (handle.constructor.name !== 'TCP' || typeof handle.writeBuffer !== 'function') return null;
  plain = prototype as object;
  return handle;
}

function findBinding(): StreamBinding | null {
  try {
    const inside = process as unknown as { binding(name: string): StreamBinding };
    const found = inside.binding('stream_wrap');
    const isWhole =
      typeof found.WriteWrap === 'function' &&
      [found.kLastWriteWasAsync, found.kReadBytesOrError, found.kArrayBufferOffset].every(
        (index) => typeof found.streamBaseState[index] === 'number',
      );
    if (isWhole) return found;
  } catch {
    // Told below.
  }
  new Logger('Gateway').warn(
    'This Node does not let frames go beneath its streams: they go through them, at a higher cost.',
  );
  return null;
}
