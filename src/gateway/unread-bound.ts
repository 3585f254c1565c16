import type { Socket } from 'socket.io';

/** What Engine.IO holds for a connection; private there, so looked at with care. */
interface Waiting {
  readonly writeBuffer?: readonly { readonly data?: string | Uint8Array }[];
}

/** What a packet takes beside its data, in bytes. */
const PACKET_BYTES = 128;
/** Adding up is dear, so it is done for every so many packets, and for each one of so many bytes. */
const LOOK_EVERY = 64;
const LARGE_BYTES = 16_384;

/**
 * A listener for every message that Engine.IO reads: ends a connection that goes on sending while more than
 * so many bytes wait in Engine.IO for it to read. Commands are held back long before that by what their
 * session leaves unread; Socket.IO's own answers (to a namespace that does not exist, for one) have no session.
 */
export function unreadBound(bytesMax: number): (this: Socket['conn']) => void {
  return function endUnread(): void {
    const { writeBuffer = [] } = this as unknown as Waiting;
    const newest = writeBuffer.at(-1);
    if (!newest || (writeBuffer.length % LOOK_EVERY > 0 && bytesOf(newest) < LARGE_BYTES)) return;
    let bytes = 0;
    for (const packet of writeBuffer) bytes += bytesOf(packet);
    if (bytes > bytesMax) this.close(true);
  };
}

function bytesOf({ data }: { readonly data?: string | Uint8Array }): number {
  return PACKET_BYTES + (data?.length ?? 0);
}
