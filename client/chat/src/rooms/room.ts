import {
  CarillonError,
  type Carillon,
  type Gap,
  type Message,
  type PresencePush,
} from '@carillon/sdk';
import { LiveValue } from '../live-value.js';
import { newMessageId } from '../message-id.js';
import { afterPresence, EMPTY_ROSTER, nameOf, rosterOf, type Roster } from '../people/roster.js';
import type { Myself } from '../session/myself.js';
import type { Content, ImageContent, TextContent } from '../timeline/content.js';
import { channelOf } from './room-name.js';
import {
  EMPTY_LOG,
  ENTRIES_MAX,
  outgoing,
  outgoingOf,
  withAnnouncement,
  withConfirmed,
  withFailure,
  withGap,
  withHistory,
  withMessage,
  without,
  withOutgoing,
  type RoomLog,
} from './room-log.js';

const REWIND = 50;
const PAGE = 50;

export type Sendable = TextContent | ImageContent;

/** An arrival or a departure; each is an object of its own. */
export interface Movement {
  readonly name: string;
  readonly type: 'join' | 'leave';
}

export interface RoomView {
  readonly log: RoomLog;
  readonly roster: Roster;
  readonly phase: 'joining' | 'joined' | 'failed';
  /** Why the room could not be joined, in words for the person. */
  readonly problem: string | undefined;
  readonly older: 'some' | 'loading' | 'none' | 'failed';
  /** Messages that came while nobody looked. */
  readonly unread: number;
  /** The entry above which the 'new' line stands. */
  readonly unreadFrom: string | undefined;
  /** The last arrival or departure, for a line that goes away. */
  readonly movement: Movement | undefined;
}

const NOTHING_UNREAD = { unread: 0, unreadFrom: undefined };

const BEFORE_JOINING: RoomView = {
  ...NOTHING_UNREAD,
  log: EMPTY_LOG,
  roster: EMPTY_ROSTER,
  phase: 'joining',
  problem: undefined,
  older: 'none',
  movement: undefined,
};

/** One joined room: its log, its people, and what may be done in it. */
export class Room {
  readonly view = new LiveValue<RoomView>(BEFORE_JOINING);
  readonly #carillon: Carillon;
  readonly #channel;
  readonly #me: Myself;
  readonly #ends: (() => void)[];
  #isWatched = false;
  /** Messages of the first page that are still to come: they are history, not news. */
  #historyToCome = 0;

  constructor(
    carillon: Carillon,
    readonly name: string,
    me: Myself,
  ) {
    this.#carillon = carillon;
    this.#me = me;
    const channel = carillon.channel(channelOf(name), { rewind: REWIND });
    this.#channel = channel;
    this.#ends = [
      channel.onMessage((message) => this.#take(message)),
      channel.onGap((gap) => this.#tellGap(gap)),
      channel.onPresence((push) => this.#move(push)),
      channel.onError((error) => this.#show({ phase: 'failed', problem: error.message })),
    ];
  }

  /** Enters the room; also the way back after it failed. */
  async join(): Promise<void> {
    this.#show({ phase: 'joining', problem: undefined });
    try {
      const { behind } = await this.#channel.subscribe();
      this.#historyToCome = behind;
      const { entries } = this.view.get().log;
      this.#show({ phase: 'joined', older: entries.length + behind < REWIND ? 'none' : 'some' });
      await this.refreshRoster();
    } catch (error) {
      this.#show({ phase: 'failed', problem: sentenceOf(error) });
    }
  }

  /** Asks again who is here: after a reconnect, joins and leaves may have been missed. */
  async refreshRoster(): Promise<void> {
    try {
      const { members, total } = await this.#channel.presence();
      this.#show({ roster: rosterOf(members, total) });
    } catch {
      // The list stays as it was; it is asked for again with the next connection.
    }
  }

  async leave(): Promise<void> {
    for (const end of this.#ends) end();
    await this.#channel.unsubscribe().catch(() => {
      // Not connected: the server forgets the subscription by itself.
    });
  }

  /** Shows the message at once and sends it; the row tells how that went. */
  say(content: Sendable): void {
    const { user, name } = this.#me;
    const entry = outgoing(newMessageId(), content, { user, name }, this.#carillon.now());
    this.#show({ log: withOutgoing(this.view.get().log, entry), ...NOTHING_UNREAD });
    void this.#send(entry.id, content);
  }

  /** Sends a failed message again, under the same id: it cannot arrive twice. */
  retry(id: string): void {
    const entry = outgoingOf(this.view.get().log, id);
    if (!entry || entry.content.kind === 'unknown') return;
    const { problem: _problem, waitsForToken: _waits, ...again } = entry;
    this.#show({ log: withOutgoing(this.view.get().log, { ...again, delivery: 'sending' }) });
    void this.#send(id, entry.content);
  }

  /** There is a new token: sends what only the old one held up. */
  resend(): void {
    for (const entry of this.view.get().log.entries) {
      if (entry.kind === 'outgoing' && entry.waitsForToken) this.retry(entry.id);
    }
  }

  discard(id: string): void {
    const entry = outgoingOf(this.view.get().log, id);
    if (entry) this.#show({ log: without(this.view.get().log, entry.key) });
  }

  async loadOlder(): Promise<void> {
    const { log, older } = this.view.get();
    const oldest = log.entries.find(
      (entry) =>
        entry.kind === 'message' && entry.generation === log.generation && 'position' in entry,
    );
    if (older === 'loading' || oldest?.kind !== 'message' || !oldest.position) return;
    this.#show({ older: 'loading' });
    try {
      const limit = Math.max(1, Math.min(PAGE, ENTRIES_MAX - log.entries.length));
      const page = await this.#channel.history({ before: oldest.position, limit });
      const grown = withHistory(this.view.get().log, page.messages, this.#me);
      this.#show({ log: grown, older: page.more ? 'some' : 'none' });
    } catch {
      this.#show({ older: 'failed' });
    }
  }

  /** Fetches what a gap that can be refilled left out. */
  async refill(gapKey: string): Promise<void> {
    const gap = this.view.get().log.entries.find(({ key }) => key === gapKey);
    if (gap?.kind !== 'gap' || gap.refillAfter === undefined) return;
    const limit = Math.min(PAGE * 4, Math.max(1, gap.count ?? PAGE));
    const page = await this.#channel.history({ after: gap.refillAfter, limit });
    const log = withHistory(this.view.get().log, page.messages, this.#me);
    this.#show({ log: without(log, gapKey) });
  }

  /** Whether somebody looks at the newest message now: then nothing that comes is unread. */
  watch(isWatched: boolean): void {
    this.#isWatched = isWatched;
    if (isWatched) this.#show({ unread: 0 });
  }

  /** The person has turned away: the next unread message starts a new line. */
  forgetMarker(): void {
    if (this.view.get().unread === 0) this.#show(NOTHING_UNREAD);
  }

  announce(message: Message): void {
    this.#show({ log: withAnnouncement(this.view.get().log, message) });
  }

  async #send(id: string, content: Content): Promise<void> {
    try {
      const { offset, at } = await this.#channel.publish(content, { id });
      this.#show({ log: withConfirmed(this.view.get().log, id, offset, at) });
    } catch (error) {
      this.#show({ log: withFailure(this.view.get().log, id, failureOf(error)) });
    }
  }

  #take(message: Message): void {
    const { log, phase, unread, unreadFrom } = this.view.get();
    const next = withMessage(log, message, this.#me);
    if (next === log) return;
    const isHistory = phase !== 'joined' || (message.replayed === true && this.#historyToCome > 0);
    if (isHistory && phase === 'joined') this.#historyToCome -= 1;
    const isNews = !isHistory && !this.#isWatched && !this.#me.is(message.from?.user);
    if (!isNews) return this.#show({ log: next });
    const added = next.entries.findLast(({ order }) => order === message.offset);
    this.#show({ log: next, unread: unread + 1, unreadFrom: unreadFrom ?? added?.key });
  }

  #move(push: PresencePush): void {
    const { type, member } = push;
    this.#show({ roster: afterPresence(this.view.get().roster, push) });
    if (type === 'update' || this.#me.is(member.user)) return;
    this.#show({ movement: { name: nameOf(member), type } });
  }

  #tellGap(gap: Gap): void {
    this.#show({ log: withGap(this.view.get().log, gap, this.#carillon.now()) });
  }

  #show(change: Partial<RoomView>): void {
    this.view.set({ ...this.view.get(), ...change });
  }
}

function failureOf(error: unknown): { problem: string; waitsForToken: boolean } {
  const problem = sentenceOf(error);
  if (!(error instanceof CarillonError)) return { problem, waitsForToken: false };
  const isAboutToken = error.code === 'unauthenticated' || error.code === 'token_expired';
  // Where it may have arrived only the person can say whether to send it again.
  return { problem, waitsForToken: isAboutToken && error.outcome === 'failed' };
}

function sentenceOf(error: unknown): string {
  if (error instanceof CarillonError) return error.message;
  return 'It did not work. Try again.';
}
