import { useEffect } from 'react';
import { useLiveValue } from '../use-live-value.js';
import type { Room } from './room.js';
import type { Rooms } from './rooms.js';
import { useRoomHash } from './use-room-hash.js';

interface OpenRoom {
  readonly joined: readonly Room[];
  readonly name: string;
  /** Undefined for the moment in which it is being opened. */
  readonly room: Room | undefined;
}

/** The room that the address names, joined when it was not. */
export function useOpenRoom(rooms: Rooms): OpenRoom {
  const joined = useLiveValue(rooms.joined);
  const name = useRoomHash();
  useEffect(() => {
    rooms.open(name);
  }, [rooms, name]);
  return { joined, name, room: joined.find((room) => room.name === name) };
}
