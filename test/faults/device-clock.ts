/** The wall clock of those who use the SDK, as their devices have it. */
export class DeviceClock {
  /** By how much it is wrong. */
  aheadMs = 0;
  /** How often somebody looked at it while it was wrong. */
  misled = 0;

  readonly wallClockMs = (): number => {
    if (this.aheadMs !== 0) this.misled += 1;
    return Date.now() + this.aheadMs;
  };
}
