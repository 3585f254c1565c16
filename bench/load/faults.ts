/** Different faults that are told; more of them say nothing new. */
const TOLD = 8;

/** Why a run does not count, each reason once. */
export class Faults {
  readonly #all = new Set<string>();

  get all(): readonly string[] {
    return [...this.#all];
  }

  add(message: string): void {
    if (this.#all.size < TOLD) this.#all.add(message);
  }
}
