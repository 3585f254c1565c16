/** Bounds of the contract that no setting changes. Outside them a request is refused, never clamped. */
export const LIMITS = {
  /** Characters of a channel name after `$user:` and `$tag:` and of a client channel. */
  channelLength: 200,
  idLength: 128,
  clientLength: 64,
  subjectLength: 128,
  tags: 32,
  headers: 16,
  headerLength: 1024,
  /** Levels of arrays and objects in `data`. */
  dataDepth: 100,
  /** Binary parts in one `data`; the official parser disconnects above ten in a packet. */
  binaryParts: 8,
  /** `limit`, `rewind`, `ids`, batch items, audience entries, REST page size. */
  pageMax: 1000,
  pageDefault: 100,
  /** Channels of one connection, the `$` ones not counted. */
  channelsPerConnection: 200,
  /** A reply of `subscribe` or `history` ends before whichever of these three comes first. */
  replyBinaryParts: 9,
  replyMessages: 255,
  replyBytes: 196_608,
  presenceStateBytes: 1024,
  /** Audience and exception entries of a broadcast. */
  audience: 1000,
} as const;
