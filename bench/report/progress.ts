import process from 'node:process';

/** Says what is being done: one line that is rewritten on a terminal, a line each elsewhere. */
export class Progress {
  readonly #isTerminal = process.stderr.isTTY;
  readonly #startedAt = performance.now();
  #scenario = '';
  #number = 0;

  constructor(private readonly scenarios: number) {}

  begin(scenario: string): void {
    this.#scenario = scenario;
    this.#number += 1;
  }

  say(what: string): void {
    const seconds = Math.round((performance.now() - this.#startedAt) / 1000);
    const place = this.scenarios === 1 ? '' : `${this.#number}/${this.scenarios} `;
    const text = `· ${String(seconds).padStart(4)} s  ${place}${this.#scenario}: ${what}`;
    process.stderr.write(this.#isTerminal ? `\r\x1b[2K${text}` : `${text}\n`);
  }

  /** Clears the way for output. */
  done(): void {
    if (this.#isTerminal) process.stderr.write('\r\x1b[2K');
  }
}
