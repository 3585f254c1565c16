import type { Peer } from '../peers/peer.js';

/** What could not be started here, in words. */
export function missingOf(peers: readonly Peer[]): string[] {
  return peers.flatMap((peer) => {
    const missing = peer.missing();
    return missing === null ? [] : [`${peer.name} was not run: ${missing}`];
  });
}
