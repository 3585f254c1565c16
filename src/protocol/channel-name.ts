import { z } from 'zod';

/** A channel that a client or an administrator may name. */
export const CLIENT_CHANNEL = /^[A-Za-z0-9][A-Za-z0-9_.:@=+-]{0,199}$/;

/** The name of a channel that was checked: only such a name may become a key or a bus channel. */
export type ChannelName = string & { readonly __channel: true };

export const clientChannel = z
  .string()
  .regex(CLIENT_CHANNEL)
  .transform((name) => name as ChannelName);

export function isClientChannel(name: string): name is ChannelName {
  return CLIENT_CHANNEL.test(name);
}

export const EVERYONE = '$everyone' as ChannelName;

/** The channel of one user; `user` was checked as a subject. */
export function userChannel(user: string): ChannelName {
  return `$user:${user}` as ChannelName;
}

/** The channel of one tag; `tag` was checked as a subject. */
export function tagChannel(tag: string): ChannelName {
  return `$tag:${tag}` as ChannelName;
}

export function isServerChannel(name: string): boolean {
  return name.startsWith('$');
}

/** `chat:lobby` → `chat`; a name without a colon is in `default`; `$user:ann` is in `$user`. */
export function namespaceOf(channel: string): string {
  const colon = channel.indexOf(':');
  if (colon > 0) return channel.slice(0, colon);
  return channel.startsWith('$') ? channel : 'default';
}
