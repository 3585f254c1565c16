/** What an admin key or a token may be allowed to do by REST; one scope opens the calls of one subject. */
export const SCOPES = [
  'messages.write',
  'channels.read',
  'channels.write',
  'broadcasts.read',
  'broadcasts.write',
  'users.read',
  'users.write',
  'cluster.read',
  'audit.read',
  'metrics.read',
] as const;

export type Scope = (typeof SCOPES)[number];

/** Stands for every scope, also those that a later version adds. */
export const EVERY_SCOPE = '*';
