/** Who acts: made from a verified token or key, never from what a request says about itself. */
export interface Caller {
  /** `sub` of a token. */
  readonly user: string;
  readonly name: string | null;
  readonly tags: readonly string[];
  /** Null: the token has no `grants`, the namespace alone decides. */
  readonly grants: Grants | null;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970; null: never. */
  readonly expiresAt: number | null;
}

export const ACTIONS = ['subscribe', 'publish', 'presence', 'history'] as const;
export type Action = (typeof ACTIONS)[number];

/** Channel pattern (`*` matches any run of characters) → what is granted there. */
export type Grants = readonly { readonly pattern: string; readonly actions: readonly Action[] }[];

/** Who publishes or administers by REST: an admin key or a token with scopes. */
export interface Principal {
  /** `key:<name>` or the token's `sub`: the publisher in deduplication and in the audit. */
  readonly publisher: string;
  /** `sub` of a token; null for an admin key. */
  readonly user: string | null;
  readonly scopes: readonly string[];
}

/**
 * Whose ids a user's publishes are. A subject that reads like a key or a service gets a name that neither
 * can have, so that none of them answers for another.
 */
export function publisherOf(user: string): string {
  return /^(?:key|service|sub):/.test(user) ? `sub:${user}` : user;
}
