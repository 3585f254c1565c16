/** A generator that is busier than this measures itself. */
const SHARE_MAX = 0.85;

/**
 * A fault when the generator used too much of its core.
 *
 * @param redisShare what the peer's Redis used of the same core meanwhile, where that was measured
 */
export function overloadOf(share: number, redisShare = 0): string[] {
  if (share > SHARE_MAX) {
    return [`the generator used ${percent(share)} of its core and measured itself`];
  }
  if (share + redisShare <= SHARE_MAX) return [];
  return [
    `the generator (${percent(share)}) and Redis (${percent(redisShare)}) filled the core that they share`,
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
