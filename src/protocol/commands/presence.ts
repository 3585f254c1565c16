import { z } from 'zod';

/** Who is in a channel now. */
export const presenceCommand = z.strictObject({ channel: z.string() });
export type PresenceCommand = z.infer<typeof presenceCommand>;

/** One user in a channel, with all of that user's clients. */
export interface Member {
  user: string;
  name?: string;
  clients: number;
  /** Milliseconds on the cluster clock when the first client came. */
  joinedAt: number;
  state?: unknown;
}

export interface PresenceReply {
  members: Member[];
  total: number;
}

/** Set what the others see beside this user's name in a channel: JSON of at most 1 KiB. */
export const presenceUpdateCommand = z.strictObject({ channel: z.string(), state: z.unknown() });
export type PresenceUpdateCommand = z.infer<typeof presenceUpdateCommand>;
export type PresenceUpdateReply = Readonly<Record<never, never>>;
