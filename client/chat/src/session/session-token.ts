import { requestSession, type DemoSession } from './demo-session.js';

/** A stored token with less life than this is not worth offering. */
const SPARE_MS = 60_000;

/** Hands out the tab's token once; whoever asks again needs another one, and gets it. */
export class SessionToken {
  readonly #session: DemoSession;
  #isFresh: boolean;

  constructor(session: DemoSession) {
    this.#session = session;
    this.#isFresh = session.expiresAt - Date.now() > SPARE_MS;
  }

  readonly get = async (): Promise<string> => {
    if (this.#isFresh) {
      this.#isFresh = false;
      return this.#session.token;
    }
    const renewed = await requestSession(this.#session.name);
    return renewed.token;
  };
}
