/** What is kept for a channel, and the letter that says so in a key. */
export const CHANNEL_KINDS = {
  /** Epoch, top, chain, floor. */
  meta: 'm',
  /** Offset → entry. */
  log: 'l',
  /** Publisher and id → what it got. */
  ids: 'd',
  /** The ids, oldest first. */
  idOrder: 'q',
  /** Where announcements go. */
  bus: 'b',
  /** Who is there. */
  members: 'pm',
  clients: 'pc',
} as const;

export type ChannelKeyKind = keyof typeof CHANNEL_KINDS;
