import { setTimeout as delay } from 'node:timers/promises';
import { tokenFor } from '../../support/token.js';
import { monotonicNs } from './inbox.js';
import type { Member, MemberParts } from './member.js';
import type { Account, Audience, Traffic } from './orders.js';
import { PlainMember } from './plain-member.js';
import { SdkMember } from './sdk-member.js';
import { SteadyPublisher } from './steady-publisher.js';

/** Connections that are being opened at the same time. */
const OPENING = 50;
/** Who is not back by then is missing, in milliseconds. */
const PATIENCE_MS = 60_000;
/** A message that was held up may come after a client says that it is back. */
const AFTERWARDS_MS = 1_500;

/** Clients that each follow one channel, and who publishes there. */
export class Crowd {
  readonly #members: Member[] = [];
  readonly #publisher: SteadyPublisher;
  #watched: Member[] = [];

  constructor(private readonly audience: Audience) {
    this.#publisher = new SteadyPublisher(audience);
  }

  async open(): Promise<void> {
    await this.#publisher.open();
    const numbers = Array.from({ length: this.audience.clients }, (_, number) => number);
    await inTurn(numbers, async (number) => {
      this.#members[number] = await this.#enter(number);
    });
  }

  publish(traffic: Traffic): void {
    this.#publisher.start(traffic);
  }

  /** Picks those whom the end of that instance will meet, and publishes by way of another. */
  watch(instance: number): number {
    this.#publisher.via = instance + 1;
    this.#watched = this.#members.filter((member) => member.instance === instance);
    for (const { inbox } of this.#watched) inbox.watch();
    return this.#watched.length;
  }

  /**
   * How long after `sinceNs` each of the watched stood at the top again: it says so itself, and no
   * message that was held up came later than that.
   */
  async caughtUp(sinceNs: number): Promise<{ ms: number[]; missing: number }> {
    const isBack = ({ liveNs }: Member) => liveNs !== null && liveNs > sinceNs;
    const deadline = performance.now() + PATIENCE_MS;
    while (!this.#watched.every(isBack) && performance.now() < deadline) await delay(10);
    await delay(AFTERWARDS_MS);
    const back = this.#watched.filter(isBack);
    const ms = back.map(({ liveNs, inbox }) => {
      return (Math.max(liveNs ?? 0, inbox.lastLateNs) - sinceNs) / 1e6;
    });
    return { ms, missing: this.#watched.length - back.length };
  }

  async rehome(): Promise<void> {
    const gone = this.#watched;
    this.#watched = [];
    await inTurn(gone, async (member) => {
      const number = this.#members.indexOf(member);
      await member.close();
      this.#retired.push(member);
      this.#members[number] = await this.#enter(number);
    });
  }

  /** Cuts everybody at once. */
  async storm(): Promise<{ ms: number[]; missing: number }> {
    this.#watched = [...this.#members];
    for (const { inbox } of this.#watched) inbox.watch();
    const sinceNs = monotonicNs();
    for (const member of this.#watched) member.cut();
    return this.caughtUp(sinceNs);
  }

  stall(clients: number): void {
    for (const member of this.#members.slice(0, clients)) member.stall();
  }

  /** Ends the load, waits until all have what was acknowledged, and counts. */
  async settle(): Promise<Account> {
    await this.#publisher.stop();
    const owed = ({ channel, inbox: { last } }: Member) =>
      last === null ? 0 : Math.max(0, this.#publisher.topOf(channel) - last);
    const deadline = performance.now() + PATIENCE_MS;
    while (this.#members.some((it) => owed(it) > 0) && performance.now() < deadline) {
      await delay(20);
    }
    // One that comes twice may come late.
    await delay(200);
    const inboxes = [...this.#members, ...this.#retired].map(({ inbox }) => inbox);
    const sum = (count: (inbox: Member['inbox']) => number) =>
      inboxes.reduce((total, inbox) => total + count(inbox), 0);
    const { acknowledged, refused } = this.#publisher;
    return {
      ...{ acknowledged, refused, delivered: sum(({ delivered }) => delivered) },
      lost: sum(({ missing }) => missing) + this.#members.reduce((all, it) => all + owed(it), 0),
      repeated: sum(({ repeated }) => repeated),
      disordered: sum(({ disordered }) => disordered),
      gaps: sum(({ gaps }) => gaps),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#publisher.close(), ...this.#members.map((it) => it.close())]);
  }

  /** Members that left; what they got still counts. */
  readonly #retired: Member[] = [];

  async #enter(number: number): Promise<Member> {
    const { kind, urls, channels, secret } = this.audience;
    const name = `client${number}`;
    const parts: MemberParts = {
      ...{ name, urls, instance: number % urls.length },
      channel: channels[Math.floor(number / urls.length) % channels.length] ?? '',
      token: await tokenFor(secret, { sub: name }),
    };
    const member = kind === 'sdk' ? new SdkMember(parts) : new PlainMember(parts);
    await member.open();
    return member;
  }
}

/** Does it for all of them, some at the same time. */
async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: OPENING }, worker));
}
