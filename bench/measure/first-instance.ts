import type { Instance, RunningPeer } from '../peers/peer.js';

/** The only instance of a peer, or the one that a scenario looks at. */
export function firstInstance({ name, instances }: RunningPeer): Instance {
  const [first] = instances;
  if (!first) throw new RangeError(`${name} has no instance`);
  return first;
}
