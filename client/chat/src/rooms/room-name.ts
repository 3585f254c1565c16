/** Every room is a channel of this namespace. */
const NAMESPACE = 'chat';
const ROOM_NAME = /^[A-Za-z0-9][A-Za-z0-9_.@=+-]{0,47}$/;

export const FIRST_ROOM = 'lobby';

/** Rooms that everybody is offered; any other name works as well. */
export const SUGGESTED_ROOMS: readonly { readonly name: string; readonly about: string }[] = [
  { name: 'lobby', about: 'Everybody starts here' },
  { name: 'workshop', about: 'What are you building?' },
  { name: 'belfry', about: 'Bells, towers and tunes' },
  { name: 'off-topic', about: 'Anything at all' },
];

export function channelOf(room: string): string {
  return `${NAMESPACE}:${room}`;
}

/** A room name from what somebody typed, or undefined when nothing usable is left. */
export function roomTyped(typed: string): string | undefined {
  const name = typed.trim().replace(/^#/, '').toLowerCase().replace(/\s+/g, '-');
  return ROOM_NAME.test(name) ? name : undefined;
}

/** The room that a link names: `#lobby`. */
export function roomOfHash(hash: string): string | undefined {
  try {
    const name = decodeURIComponent(hash.replace(/^#\/?/, ''));
    return ROOM_NAME.test(name) ? name : undefined;
  } catch {
    // A broken escape in a hand-made link names no room.
    return undefined;
  }
}

export function hashOf(room: string): string {
  return `#${encodeURIComponent(room)}`;
}
