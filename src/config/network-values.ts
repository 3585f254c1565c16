import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import { listOf, matching } from './text-values.js';

/** Schemes of pages that send an `Origin` of their own: browsers and the usual app shells. */
const ORIGIN = /^(https?|capacitor|ionic|tauri):\/\/[^/\s]+$/;

/** Names that the HTTP framework knows for address ranges. */
const NAMED_RANGES: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];

export const listenHost = matching(
  /^[A-Za-z0-9_.:-]{1,253}$/,
  'give an IP address (0.0.0.0 is every one) or a host name, without scheme, port or brackets',
);

/** Exact origins as browsers send them: a near miss would silently never match. */
export const origins = listOf((origin) => {
  if (origin.includes('*')) return 'is a wildcard: name every origin in full';
  if (!ORIGIN.test(origin) || !URL.canParse(origin)) {
    return 'is no origin: write it like https://app.example.com, without a path';
  }
  if (!origin.startsWith('http')) return null;
  const exact = new URL(origin).origin;
  return exact === origin ? null : `is not how a browser writes it: write ${exact}`;
});

/** Proxies by address, CIDR range, or named range. */
export const proxies = listOf((proxy) =>
  NAMED_RANGES.includes(proxy) || isAddressOrRange(proxy)
    ? null
    : `is no proxy: give an IP address, a range like 10.0.0.0/8, or one of ${NAMED_RANGES.join(', ')}`,
);

/** Redis servers; whether their number fits is checked with the mode. */
export const redisUrls = listOf((text) => {
  const wanted =
    'is no Redis address: write it like redis://user:password@host:6379/0, or rediss://';
  if (!URL.canParse(text)) return wanted;
  const url = new URL(text);
  const isRedis = url.protocol === 'redis:' || url.protocol === 'rediss:';
  return isRedis && url.hostname !== '' && url.hash === '' && /^\/?[0-9]*$/.test(url.pathname)
    ? null
    : wanted;
});

/** Where keys are fetched; credentials in it would end up in logs, and `fetch` refuses them. */
export const webUrl = z
  .string()
  .refine(
    isWebUrl,
    'give a complete address that begins with https://, without user name or password',
  );

function isWebUrl(text: string): boolean {
  if (!/^https?:\/\/\S+$/.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

function isAddressOrRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  // A zone (`%eth0`) names an interface of this machine, which no forwarded address does.
  if (rest.length > 0 || isIP(address) === 0 || address.includes('%')) return false;
  if (prefix === undefined) return true;
  // A prefix of 0 would believe everybody.
  return /^[1-9][0-9]{0,2}$/.test(prefix) && Number(prefix) <= (isIPv6(address) ? 128 : 32);
}
