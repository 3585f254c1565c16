/** Where a reader stands. */
export interface Place {
  readonly epoch: string;
  readonly offset: number;
}

/**
 * Reads a position. Applications must not: to them it is opaque. The checker has to know the epoch
 * of a message, and it must not ask the code that it checks.
 */
export function placeOf(position: string): Place {
  const parts = /^1([0-9a-f]{16})[0-9a-f]{16}([0-9]+)$/.exec(position);
  if (parts === null) throw new Error(`not a position of version 1: ${position}`);
  return { epoch: parts[1] ?? '', offset: Number(parts[2]) };
}
