/** The command cannot do what it was asked to. Says why in one sentence, and what to do about it. */
export class Unable extends Error {
  override readonly name = 'Unable';

  constructor(
    message: string,
    readonly nextSteps: readonly string[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
