import type { Gap, Priority, SessionChannel, Skip } from '@carillon/sdk';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** What the application of a mortal client was given, asked or told, and what its store did. */
export type Line =
  /** Every channel is subscribed. */
  | { readonly kind: 'subscribed' }
  | { readonly kind: 'session'; readonly channels: readonly SessionChannel[] }
  | { readonly kind: 'state'; readonly state: string }
  | {
      readonly kind: 'shown';
      readonly channel: string;
      readonly offset: number;
      readonly position?: string;
      readonly id: string;
      readonly hash: string;
      readonly priority?: string;
      readonly isBroadcast: boolean;
    }
  | { readonly kind: 'gap'; readonly gap: Gap }
  | { readonly kind: 'skip'; readonly skip: Skip }
  /** `saving`: the value is taken as it is now. `saved`: it would survive. */
  | { readonly kind: 'saving' | 'saved' | 'removed'; readonly key: string }
  | {
      readonly kind: 'invoke';
      readonly channel: string;
      readonly id: string;
      readonly hash: string;
      readonly sequence: number;
      readonly priority: Priority;
    }
  /** It would be taken up by the next run. */
  | { readonly kind: 'journaled'; readonly channel: string; readonly id: string }
  | {
      readonly kind: 'ok';
      readonly channel: string;
      readonly id: string;
      readonly epoch: string;
      readonly offset: number;
      readonly duplicate: boolean;
      readonly refusals: number;
    }
  | {
      readonly kind: 'fail' | 'unknown';
      readonly channel: string;
      readonly id: string;
      readonly code: string;
    };

/**
 * Written before the caller goes on, line by line: what the kernel was handed survives the end of the
 * process. So a message counts as shown from the moment in which the listener has noted it, before
 * it returns.
 */
export class Diary {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  note(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

/** Reads a diary while it is being written. A line without an end was never finished: it does not count. */
export class DiaryReader {
  readonly #file: number;
  readonly #chunk = Buffer.alloc(65_536);
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#file = openSync(path, 'a+');
  }

  /** What was written since the last call. */
  read(): Line[] {
    for (;;) {
      const count = readSync(this.#file, this.#chunk);
      if (count === 0) break;
      this.#rest = Buffer.concat([this.#rest, this.#chunk.subarray(0, count)]);
    }
    const end = this.#rest.lastIndexOf('\n');
    if (end === -1) return [];
    const text = this.#rest.subarray(0, end).toString('utf8');
    this.#rest = this.#rest.subarray(end + 1);
    // `Diary` is the only one that writes here.
    return text.split('\n').map((line) => JSON.parse(line) as Line);
  }

  close(): void {
    closeSync(this.#file);
  }
}
