import type { Audience } from '../protocol/admin/broadcast.js';
import { CarillonError } from '../protocol/carillon-error.js';
import {
  type ChannelName,
  EVERYONE,
  isClientChannel,
  tagChannel,
  userChannel,
} from '../protocol/channel-name.js';

/** The channels that carry a copy for an audience, each once, in the order they were given. */
export function channelsOf(audience: Audience): ChannelName[] {
  if ('everyone' in audience) return [EVERYONE];
  if ('users' in audience) return [...new Set(audience.users.map(userChannel))];
  if ('tags' in audience) return [...new Set(audience.tags.map(tagChannel))];
  return [...new Set(audience.channels.map(clientChannelOf))];
}

function clientChannelOf(name: string, index: number): ChannelName {
  if (isClientChannel(name)) return name;
  throw new CarillonError(
    'channel_invalid',
    `\`audience.channels.${index}\` is not a channel name: use letters, digits and _ . : @ = + -, at most 200 of them.`,
  );
}
