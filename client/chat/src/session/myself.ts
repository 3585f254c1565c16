/**
 * The person at this tab. A server that no longer takes the token (it has another secret now) knows
 * the same person as another user: what was said before is still this person's.
 */
export class Myself {
  readonly name: string;
  readonly #users: string[];

  constructor(user: string, name: string) {
    this.#users = [user];
    this.name = name;
  }

  /** As the server knows the person now. */
  get user(): string {
    return this.#users.at(-1) ?? '';
  }

  is(user: string | undefined): boolean {
    return user !== undefined && this.#users.includes(user);
  }

  became(user: string): void {
    if (user !== this.user) this.#users.push(user);
  }
}
