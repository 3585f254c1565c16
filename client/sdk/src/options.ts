import { CarillonError } from './carillon-error.js';
import type { Environment } from './environment.js';
import type { Logger } from './logger.js';
import type { Store } from './store.js';
import type { Token } from './token-source.js';
import { checkUrl } from './url-check.js';
import { urlOrder } from './url-order.js';

export interface Timeouts {
  /** From the first byte to the session. */
  readonly connectMs: number;
  /** For the answer to one request. */
  readonly requestMs: number;
  /** For the application's `token` function. */
  readonly tokenMs: number;
  /** How long `close` waits for publishes that are under way, and then for the store. */
  readonly closeMs: number;
}

export interface OutboxBounds {
  /** Publishes that may wait for their answer; one more is refused with `overloaded`. */
  readonly messages: number;
  readonly bytes: number;
}

export interface CarillonOptions {
  /** Where the service is. Several are tried in an order drawn by lot, each failure moving on to the next. */
  readonly url: string | readonly string[];
  /**
   * Of several urls, begin with the first; the others keep their lot. A client that had to move on stays
   * where it is until that one fails too.
   */
  readonly preferFirstUrl?: boolean | undefined;
  /** A token, or a function that gets one: it is asked again before and when one expires. */
  readonly token: Token;
  /** A stable id of this tab, device or service, at most 64 characters; made and stored when absent. */
  readonly client?: string | undefined;
  /**
   * Keeps the client id, the outbox and the positions over restarts. Clients that run at the same
   * time may share one that has `hold`; one without belongs to one running client.
   */
  readonly store?: Store | undefined;
  readonly logger?: Logger | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly outbox?: Partial<OutboxBounds> | undefined;
  /** WebSocket alone by default; `polling` needs sticky sessions. */
  readonly transports?: readonly ('websocket' | 'polling')[] | undefined;
  /** For tests: time, chance and network. */
  readonly environment?: Partial<Environment> | undefined;
}

export interface ChannelOptions {
  /** Start with the last n messages, when there is no position to go on from. */
  readonly rewind?: number | undefined;
  /** The position to go on from. */
  readonly since?: string | undefined;
  /** Keep the position in the store, so that a restart goes on where this run ended. */
  readonly durable?: boolean | undefined;
}

export const TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  requestMs: 10_000,
  tokenMs: 10_000,
  closeMs: 2_000,
};

export const OUTBOX_BOUNDS: OutboxBounds = { messages: 1_000, bytes: 4_194_304 };

/**
 * The urls in the order in which this client tries them.
 *
 * @throws CarillonError `invalid_request` when there is none, or one that nothing can be opened to
 */
export function urlsOf(
  { url, preferFirstUrl = false }: CarillonOptions,
  environment: Environment,
): readonly string[] {
  const urls = typeof url === 'string' ? [url] : [...url];
  if (urls.length === 0) throw new CarillonError('invalid_request', 'Give at least one `url`.');
  for (const one of urls) checkUrl(one);
  return urlOrder(urls, preferFirstUrl, () => environment.random());
}
