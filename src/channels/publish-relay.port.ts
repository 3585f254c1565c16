import type { Appended, Publication } from '../broker/broker.port.js';

/** Hands a publication to the relay microservice, which appends and fans it out. */
export interface PublishRelay {
  /** Settles in bounded time; rejects with a `CarillonError`. Order of calls within a channel and priority is kept. */
  append(publication: Publication): Promise<Appended>;
}

export const PUBLISH_RELAY = Symbol('PublishRelay');
