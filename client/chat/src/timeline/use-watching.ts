import { useEffect, useSyncExternalStore } from 'react';
import type { Room } from '../rooms/room.js';

function onVisibility(reader: () => void): () => void {
  document.addEventListener('visibilitychange', reader);
  return () => document.removeEventListener('visibilitychange', reader);
}

/** Tells the room whether its newest message is before the person's eyes. */
export function useWatching(room: Room, isAtNewest: boolean): void {
  const isVisible = useSyncExternalStore(onVisibility, () => !document.hidden);
  useEffect(() => {
    room.watch(isVisible && isAtNewest);
    return () => room.watch(false);
  }, [room, isVisible, isAtNewest]);
  useEffect(() => () => room.forgetMarker(), [room]);
}
