/** Tags that readers have; who has both is sent a copy by each. */
export const TAGS = ['red', 'blue'] as const;

/** The tags of the reader of that number. */
export function tagsOf(number: number): readonly string[] {
  return [TAGS, TAGS.slice(0, 1), TAGS.slice(1)][number % 3] ?? TAGS;
}

/** The `$` channels that sessions of a user with these tags follow. */
export function serverChannelsOf(user: string, tags: readonly string[]): readonly string[] {
  return ['$everyone', `$user:${user}`, ...tags.map((tag) => `$tag:${tag}`)];
}

/** Whom a broadcast is for, as the contract has it. */
export type Audience = { readonly except?: { readonly users: readonly string[] } } & (
  | { readonly everyone: true }
  | { readonly channels: readonly string[] }
  | { readonly users: readonly string[] }
  | { readonly tags: readonly string[] }
);

/** The channels that carry a copy. */
export function channelsFor(audience: Audience): readonly string[] {
  if ('everyone' in audience) return ['$everyone'];
  if ('channels' in audience) return audience.channels;
  if ('users' in audience) return audience.users.map((user) => `$user:${user}`);
  return audience.tags.map((tag) => `$tag:${tag}`);
}
