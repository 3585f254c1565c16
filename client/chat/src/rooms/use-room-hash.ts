import { useEffect, useSyncExternalStore } from 'react';
import { FIRST_ROOM, hashOf, roomOfHash } from './room-name.js';

function onHashChange(reader: () => void): () => void {
  window.addEventListener('hashchange', reader);
  return () => window.removeEventListener('hashchange', reader);
}

/** The room in the address, so that a link or the back button opens it. */
export function useRoomHash(): string {
  const hash = useSyncExternalStore(onHashChange, () => window.location.hash);
  const room = roomOfHash(hash) ?? FIRST_ROOM;
  useEffect(() => {
    if (hash !== hashOf(room)) window.history.replaceState(null, '', hashOf(room));
  }, [hash, room]);
  return room;
}
