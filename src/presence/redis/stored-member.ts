import { z } from 'zod';
import type { Member } from '../../protocol/commands/presence.js';

/** A member as the scripts write it: the state stays the text that was given. */
const storedMember = z.object({
  joinedAt: z.number(),
  clients: z.int(),
  name: z.string().optional(),
  state: z.string().optional(),
});

export function readMember(user: string, text: string): Member {
  const { joinedAt, clients, name, state } = storedMember.parse(JSON.parse(text));
  return {
    user,
    ...(name === undefined ? {} : { name }),
    clients,
    joinedAt,
    ...(state === undefined ? {} : { state: JSON.parse(state) as unknown }),
  };
}
