/** What became of those who stopped reading, and of what was published meanwhile. */
export interface Stall {
  readonly clients: number;
  /** Losses that were told before anybody stalled. */
  readonly toldBefore: number;
  /** Of the clients, those that were told of a loss once they read again. */
  readonly deprived: number;
  /** Of the clients, those whose connection was ended. */
  readonly ended: number;
  /** Publishes. */
  readonly refused: number;
  /** Whether the server bounds what it holds for a client and tells it of the rest. */
  readonly tells: boolean;
}

/**
 * Why a leg does not say what a client costs that does not read. The kernel holds megabytes for each: only
 * a client that was told of a loss has had more waiting at the server than that.
 */
export function missingStall(stall: Stall): string[] {
  const { clients, toldBefore, deprived, ended, refused, tells } = stall;
  const held = clients - deprived;
  return [
    ...(toldBefore > 0 ? [`${toldBefore} messages were told lost before anybody stalled`] : []),
    ...(refused > 0 ? [`${refused} publishes were refused`] : []),
    ...(ended > 0 ? [`${ended} of those who stalled were ended, and held no memory then`] : []),
    ...(tells && held > 0
      ? [`memory was not tested: the kernel held all that ${held} of ${clients} were sent`]
      : []),
  ];
}
