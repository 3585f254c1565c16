/** `EX_CONFIG` of sysexits: supervisors can tell a bad setting, which no restart mends, from a crash. */
export const EXIT_BAD_CONFIG = 78;

/** The environment or the policy file cannot be used. `main` prints the problems and exits with 78. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param problems one line each: the setting, the value found unless it is a secret, and the fix. */
  constructor(readonly problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.join('\n')}`);
  }
}
