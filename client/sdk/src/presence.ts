/** One user in a channel, with all of that user's clients. */
export interface Member {
  user: string;
  name?: string;
  clients: number;
  /** Milliseconds on the cluster clock when the first client came. */
  joinedAt: number;
  state?: unknown;
}

/** A user came, left or changed state; per user, not per client. */
export interface PresencePush {
  channel: string;
  type: 'join' | 'leave' | 'update';
  member: Member;
}

export interface PresenceReply {
  members: Member[];
  total: number;
}
