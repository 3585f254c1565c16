/** How to find a deployment and be let in; the same for every command. */
export const deploymentOptions = {
  url: {
    takes: 'URL',
    many: true,
    from: 'CARILLON_URL',
    help: 'where it is; of several, whoever loses one goes on at the next',
  },
  token: { takes: 'TOKEN', from: 'CARILLON_TOKEN', help: 'a token to connect with' },
  secret: {
    takes: 'SECRET',
    from: 'CARILLON_SECRET',
    help: 'its AUTH_JWT_SECRET, to mint tokens with',
  },
  issuer: { takes: 'TEXT', help: '`iss` of minted tokens, where it has an AUTH_ISSUER' },
  audience: { takes: 'TEXT', help: '`aud` of minted tokens, where it has an AUTH_AUDIENCE' },
} as const;

/** For commands that use REST too. */
export const adminOption = {
  'admin-key': {
    takes: 'KEY',
    from: 'CARILLON_ADMIN_KEY',
    help: 'one of its ADMIN_API_KEYS, as the key itself',
  },
} as const;
