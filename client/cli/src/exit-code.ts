/** What the shell is told. A violation must not be taken for a run that never began. */
export const EXIT = {
  ok: 0,
  /** `verify` found the promise broken. */
  violated: 1,
  /** Nothing was found out: bad options, a refusal, nothing there, or an end that nobody saw. */
  unable: 2,
  /** Ctrl-C a second time, before there was a verdict. */
  interrupted: 130,
} as const;
