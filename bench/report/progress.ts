import process from 'node:process';

/** Says what is being done: one line that is rewritten on a terminal, a line each elsewhere. */
export class Progress {
  readonly #isTerminal = process.stderr.isTTY;
  readonly #startedAt = performance.now();

  say(what: string): void {
    const seconds = Math.round((performance.now() - this.#startedAt) / 1000);
    const text = `· ${String(seconds).padStart(3)} s  ${what}`;
    process.stderr.write(this.#isTerminal ? `\r\x1b[2K${text}` : `${text}\n`);
  }

  /** Clears the way for output. */
  done(): void {
    if (this.#isTerminal) process.stderr.write('\r\x1b[2K');
  }
}
