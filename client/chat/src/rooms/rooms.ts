import type { Carillon, Message } from '@carillon/sdk';
import { LiveValue } from '../live-value.js';
import { Room } from './room.js';
import type { Myself } from '../session/myself.js';
import { roomOfHash } from './room-name.js';

const STORED_AS = 'carillon.rooms';
/** Each joined room is a subscription and a log in memory. */
export const JOINED_MAX = 12;

/** The rooms that this tab has joined; each stays live while another one is shown. */
export class Rooms {
  readonly joined = new LiveValue<readonly Room[]>([]);
  readonly #carillon: Carillon;
  readonly #me: Myself;

  constructor(carillon: Carillon, me: Myself) {
    this.#carillon = carillon;
    this.#me = me;
    for (const name of storedNames()) this.open(name);
  }

  /** The room of that name, joined now if it was not; the longest unopened one makes place. */
  open(name: string): Room {
    const rooms = this.joined.get();
    const known = rooms.find((room) => room.name === name);
    if (known) return known;
    const room = new Room(this.#carillon, name, this.#me);
    const kept = rooms.length < JOINED_MAX ? rooms : rooms.slice(1);
    if (kept !== rooms) void rooms[0]?.leave();
    this.#set([...kept, room]);
    void room.join();
    return room;
  }

  leave(name: string): void {
    const room = this.joined.get().find((candidate) => candidate.name === name);
    if (!room) return;
    void room.leave();
    this.#set(this.joined.get().filter((candidate) => candidate !== room));
  }

  announce(message: Message): void {
    for (const room of this.joined.get()) room.announce(message);
  }

  /** The connection stands again: what is not replayed is asked for anew. */
  refresh(): void {
    for (const room of this.joined.get()) {
      const { phase } = room.view.get();
      if (phase === 'joined') void room.refreshRoster();
      if (phase === 'failed') void room.join();
      room.resend();
    }
  }

  #set(rooms: readonly Room[]): void {
    this.joined.set(rooms);
    sessionStorage.setItem(STORED_AS, JSON.stringify(rooms.map(({ name }) => name)));
  }
}

function storedNames(): string[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORED_AS) ?? '[]');
    if (!Array.isArray(stored)) return [];
    const names = stored.filter((name): name is string => typeof name === 'string');
    return names.filter((name) => roomOfHash(name) === name).slice(0, JOINED_MAX);
  } catch {
    // Somebody else's value under our key: start with no rooms.
    return [];
  }
}
