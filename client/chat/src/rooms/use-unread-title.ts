import { useEffect, useSyncExternalStore } from 'react';
import type { Room } from './room.js';

/** Puts the room and what is unread in any of them into the window's title. */
export function useUnreadTitle(name: string, joined: readonly Room[]): void {
  const unread = useSyncExternalStore(
    (reader) => {
      const ends = joined.map((room) => room.view.subscribe(reader));
      return () => ends.forEach((end) => end());
    },
    () => joined.reduce((sum, room) => sum + room.view.get().unread, 0),
  );
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${name} · Carillon`;
    return () => {
      document.title = 'Carillon';
    };
  }, [name, unread]);
}
