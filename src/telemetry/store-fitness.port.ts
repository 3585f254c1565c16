/** Whether the store that an instance was given can serve it at all, however well it answers. */
export interface StoreFitness {
  /** What is wrong with it, in a few words for an operator; null while nothing is known. Must not throw. */
  problem(): string | null;
}

export const STORE_FITNESS = Symbol('StoreFitness');
