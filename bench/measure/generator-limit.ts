/** A generator that is busier than this measures itself. */
const SHARE_MAX = 0.85;

/** A fault when the generator used too much of its core. */
export function overloadOf(share: number): string[] {
  if (share <= SHARE_MAX) return [];
  return [`the generator used ${Math.round(share * 100)} % of its core and measured itself`];
}
