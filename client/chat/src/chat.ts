import {
  createCarillon,
  limitsIn,
  type Carillon,
  type CarillonState,
  type Message,
  type StateDetail,
} from '@carillon/sdk';
import { LiveValue } from './live-value.js';
import { channelOf } from './rooms/room-name.js';
import { Rooms } from './rooms/rooms.js';
import type { DemoSession } from './session/demo-session.js';
import { Myself } from './session/myself.js';
import { SessionToken } from './session/session-token.js';

const ANNOUNCEMENTS_MAX = 20;
/** A picture travels with its name and the JSON around it: this much is left for those. */
const ENVELOPE_BYTES = 1024;
const MESSAGE_BYTES = 65_536;

export interface Connection {
  readonly state: CarillonState;
  /** Why, in words; absent where the state says enough. */
  readonly reason: string | undefined;
  /** When the next try is made, by this device's clock. */
  readonly retryAt: number | undefined;
  /** As whom this tab is connected. */
  readonly user: string;
  /** The instance that serves this tab. */
  readonly instance: string | undefined;
}

/** Everything that lives as long as somebody is signed in: one connection and its rooms. */
export class Chat {
  readonly connection: LiveValue<Connection>;
  readonly announcements = new LiveValue<readonly Message[]>([]);
  readonly rooms: Rooms;
  readonly me: Myself;
  readonly #carillon: Carillon;
  readonly #ends: (() => void)[];
  /** A refused token is replaced once; a second refusal in a row is the person's to hear. */
  #mayRenew = true;

  constructor(session: DemoSession) {
    this.me = new Myself(session.user, session.name);
    const token = new SessionToken(session);
    const carillon = createCarillon({ url: window.location.origin, token: token.get });
    this.#carillon = carillon;
    this.connection = new LiveValue<Connection>({
      state: carillon.state,
      reason: undefined,
      retryAt: undefined,
      instance: undefined,
      user: session.user,
    });
    this.#ends = [
      carillon.onState((state, detail) => this.#entered(state, detail)),
      carillon.onSession(({ instance, user }) => {
        this.me.became(user);
        this.#show({ instance, user });
      }),
      carillon.onBroadcast((message) => this.#announce(message)),
    ];
    this.rooms = new Rooms(carillon, this.me);
    carillon.connect();
  }

  /** How large the bytes of a picture may be in this room. */
  imageBytesMaxIn(room: string): number {
    const { session } = this.#carillon;
    const most = session ? limitsIn(session, channelOf(room)).maxMessageBytes : MESSAGE_BYTES;
    return most - ENVELOPE_BYTES;
  }

  /** Tries at once what would be tried later, also after a refusal. */
  connect(): void {
    this.#carillon.connect();
  }

  /** The person has seen it: where the sender asked for receipts, that is told. */
  dismiss(message: Message): void {
    this.announcements.set(this.announcements.get().filter((other) => other !== message));
    const { broadcast } = message;
    if (broadcast === undefined || broadcast.receipt === 'none') return;
    this.#carillon.acknowledge([broadcast.id]).catch(() => {
      // Seen all the same; the sender's count is one short.
    });
  }

  async close(): Promise<void> {
    for (const end of this.#ends) end();
    await this.#carillon.close();
  }

  #entered(state: CarillonState, { code, message, retryInMs }: StateDetail): void {
    const retryAt = retryInMs === undefined ? undefined : Date.now() + retryInMs;
    this.#show({ state, reason: message, retryAt });
    if (state === 'connected') {
      this.#mayRenew = true;
      this.rooms.refresh();
    }
    const isAboutToken = code === 'unauthenticated' || code === 'token_expired';
    if (state === 'refused' && this.#mayRenew && isAboutToken) {
      this.#mayRenew = false;
      // Not within the client's own change of state.
      queueMicrotask(() => this.#carillon.connect());
    }
  }

  #announce(message: Message): void {
    const shown = [...this.announcements.get(), message];
    this.announcements.set(shown.slice(-ANNOUNCEMENTS_MAX));
    this.rooms.announce(message);
  }

  #show(change: Partial<Connection>): void {
    this.connection.set({ ...this.connection.get(), ...change });
  }
}
