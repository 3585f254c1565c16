import { TIMEOUTS } from '../../src/options.js';
import type { PublishRequest } from '../../src/wire.js';

interface Known {
  readonly firstSentAtMs: number;
  readonly priority: PublishRequest['priority'];
  tries: number;
}

/** Looks at every publish in the moment it is sent, and notes where the SDK breaks its word. */
export class PromiseWatch {
  readonly violations: string[] = [];
  readonly #sent = new Map<string, Known>();
  /** No outcome is known, or was told to the application. */
  readonly #open = new Set<string>();
  /** Sent in the current session and not answered, and when. */
  readonly #underWay = new Map<string, number>();
  #notBeforeMs = 0;
  #suspicions: { readonly other: string; readonly text: string }[] = [];

  constructor(private readonly windowMs: number) {}

  get ids(): ReadonlySet<string> {
    return new Set(this.#sent.keys());
  }

  /** Returns which try it is. */
  sending({ id, priority }: PublishRequest, nowMs: number): number {
    this.#giveUpWaiting(nowMs);
    const known = this.#sent.get(id) ?? { firstSentAtMs: nowMs, priority, tries: 0 };
    this.#sent.set(id, known);
    if (!this.#open.has(id) && known.tries > 0 && !this.maySettleAgain.has(id)) {
      this.#blame(`${id} was sent again though its outcome was told`);
    }
    if (nowMs - known.firstSentAtMs > this.windowMs) {
      this.#blame(`${id} was sent again when the server may have forgotten it`);
    }
    if (nowMs < this.#notBeforeMs) this.#blame(`${id} was sent before the server's hint`);
    known.tries += 1;
    for (const other of this.#underWay.keys()) {
      if (known.tries > 1) this.#suspect(other, `${id} was sent again while ${other} is under way`);
    }
    for (const other of this.#open) {
      const before = this.#sent.get(other);
      const isFirstTry = before?.tries === 1 && this.#underWay.has(other);
      // Written down to be sent and then not sent, it is taken for sent by the next run. No order is
      // promised between it and what is more or less urgent.
      const isFree = this.#takenForSent.has(id) && before?.priority !== priority;
      if (other !== id && known.tries === 1 && !isFirstTry && !isFree) {
        this.#suspect(other, `${id} was sent though the outcome of ${other} is unknown`);
      }
    }
    this.#open.add(id);
    this.#underWay.set(id, nowMs);
    return known.tries;
  }

  /** Published by a run that is gone, and not sent by it. */
  readonly #takenForSent = new Set<string>();

  /** A crash may come between the outcome and the removal from the store. */
  readonly maySettleAgain = new Set<string>();

  /** The answer reaches the client now. False: it is not waited for any more. */
  answered(
    id: string,
    { tries, isFinal }: { tries: number; isFinal: boolean },
    nowMs: number,
  ): boolean {
    this.#giveUpWaiting(nowMs);
    // To an older try, or too late: nobody listens any more.
    if (this.#sent.get(id)?.tries !== tries || !this.#underWay.has(id)) return false;
    if (isFinal) this.#open.delete(id);
    this.#underWay.delete(id);
    return true;
  }

  told(id: string): void {
    this.#suspicions = this.#suspicions.filter(({ other }) => other !== id);
    this.#open.delete(id);
    this.#underWay.delete(id);
  }

  /** Every turn is over: what is suspected still is so. */
  review(): void {
    this.violations.push(...this.#suspicions.splice(0).map(({ text }) => text));
  }

  sessionOver(): void {
    this.#underWay.clear();
    this.#notBeforeMs = 0;
  }

  /** The SDK does not wait for an answer for ever. */
  #giveUpWaiting(nowMs: number): void {
    for (const [id, sentAtMs] of this.#underWay) {
      if (nowMs - sentAtMs >= TIMEOUTS.requestMs) this.#underWay.delete(id);
    }
  }

  /** A promise tells its outcome in the next turn: what is told by then was known before. */
  #suspect(other: string, text: string): void {
    this.#suspicions.push({ other, text });
  }

  #blame(text: string): void {
    this.violations.push(text);
  }

  /** What was told shortly before a crash may be told again after it. */
  crashed(published: Iterable<string>, toldInThisRun: Iterable<string>): void {
    this.sessionOver();
    for (const id of published) if (!this.#sent.has(id)) this.#takenForSent.add(id);
    for (const id of toldInThisRun) this.maySettleAgain.add(id);
  }

  hinted(notBeforeMs: number): void {
    this.#notBeforeMs = Math.max(this.#notBeforeMs, notBeforeMs);
  }
}
