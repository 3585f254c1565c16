import { createHash } from 'node:crypto';
import { hrtime } from 'node:process';
import type { Place } from './place.js';

/** What one publisher, one reader or the fault itself saw or did. */
export type Event =
  | {
      readonly kind: 'invoke';
      readonly publisher: string;
      readonly channel: string;
      readonly id: string;
      readonly hash: string;
      /** Counts the publishes of one publisher to one channel. */
      readonly sequence: number;
      readonly priority: string;
    }
  | {
      readonly kind: 'ok';
      readonly publisher: string;
      readonly channel: string;
      readonly id: string;
      readonly epoch: string;
      readonly offset: number;
      readonly duplicate: boolean;
      /** Tries before it of which the server said that they failed, or may have, and which stored nothing. */
      readonly refusals: number;
    }
  | {
      /** An administrator's message to several channels: a copy in each, under this id. */
      readonly kind: 'broadcast';
      readonly id: string;
      readonly channels: readonly string[];
      readonly hash: string;
      /** Users who are not to see it, wherever they follow a copy. */
      readonly except?: readonly string[];
    }
  /** All copies of that broadcast were confirmed. */
  | { readonly kind: 'stored'; readonly id: string }
  | {
      /** `fail`: surely not stored. `unknown`: nobody can tell. */
      readonly kind: 'fail' | 'unknown';
      readonly publisher: string;
      readonly channel: string;
      readonly id: string;
      readonly code: string;
    }
  | {
      /** The reader begins to follow here; without this, from the first message on. */
      readonly kind: 'start';
      readonly reader: string;
      readonly channel: string;
      readonly place: Place;
    }
  | {
      readonly kind: 'deliver';
      readonly reader: string;
      readonly channel: string;
      /** Null: an overtaking message before the reader heard of any epoch. */
      readonly epoch: string | null;
      readonly offset: number;
      readonly id: string;
      readonly hash: string;
      readonly priority: string;
      /** When the store took it, as the message says: a retry is another copy. */
      readonly storedAtMs?: number;
      /** It carried its own place as a position: nothing below it was still to come. */
      readonly isSafe?: true;
    }
  | {
      /** The reader was given this place as a position, beside what carries its own. */
      readonly kind: 'position';
      readonly reader: string;
      readonly channel: string;
      readonly place: Place;
      /** In an answer, which cannot tell what it leaves out: that comes right behind it. */
      readonly isOfAnswer?: true;
    }
  | {
      readonly kind: 'gap';
      readonly reader: string;
      readonly channel: string;
      readonly reason: string;
      readonly after: Place;
      readonly to: Place;
      readonly ranges: readonly (readonly [number, number])[] | null;
      /** The position after which `history` is said to return it; absent where it is not said to. */
      readonly refill?: string;
    }
  | {
      /** What `history` gave in the end of what a gap had said could be refilled. */
      readonly kind: 'refill';
      readonly reader: string;
      readonly channel: string;
      readonly epoch: string;
      readonly ranges: readonly (readonly [number, number])[];
      /** It was not asked for anything above. */
      readonly upTo: number;
      readonly messages: readonly { offset: number; id: string; hash: string }[];
    }
  | {
      readonly kind: 'skip';
      readonly reader: string;
      readonly channel: string;
      readonly reason: string;
      readonly from: number;
      readonly to: number;
      /** The position that came with it. */
      readonly position?: Place;
    }
  | {
      /** Something came that the contract does not have. */
      readonly kind: 'breach';
      readonly reader: string;
      readonly channel: string;
      readonly what: string;
    }
  | { readonly kind: 'state'; readonly who: string; readonly state: string; readonly url: number }
  | { readonly kind: 'fault'; readonly what: string };

/** An event with the machine's monotonic clock, in nanoseconds. */
export type Fact = Event & { readonly at: number };

/** Everything that happened in one injection, in the order in which this process learned of it. */
export class History {
  readonly facts: Fact[] = [];
  readonly #words = new Map<string, string>();

  add(event: Event): void {
    this.facts.push({ ...event, at: monotonicNs() });
  }

  /** The one copy of a word that a million facts share: each came with a packet of its own. */
  word(text: string): string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    this.#words.set(text, text);
    return text;
  }

  of<K extends Fact['kind']>(kind: K): Extract<Fact, { kind: K }>[] {
    return this.facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
  }
}

/** Nanoseconds; exact in a number for the first hundred days of the machine. */
export function monotonicNs(): number {
  return Number(hrtime.bigint());
}

/** Says whether two payloads are the same, without keeping them. */
export function hashOf(data: unknown): string {
  return createHash('sha1').update(JSON.stringify(data)).digest('hex').slice(0, 16);
}
