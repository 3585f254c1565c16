import { requestSession, type DemoSession } from './demo-session.js';

/** A stored token with less life than this is not worth offering. */
const SPARE_MS = 60_000;

/** Hands out the tab's token once; whoever asks again needs another one, and gets it. */
export class SessionToken {
  readonly #changedUser: (session: DemoSession) => void;
  #session: DemoSession;
  #isFresh: boolean;

  /** `changedUser` is told when the server renews under another user: that is another person. */
  constructor(session: DemoSession, changedUser: (session: DemoSession) => void) {
    this.#session = session;
    this.#isFresh = session.expiresAt - Date.now() > SPARE_MS;
    this.#changedUser = changedUser;
  }

  readonly get = async (): Promise<string> => {
    if (this.#isFresh) {
      this.#isFresh = false;
      return this.#session.token;
    }
    const { name, user } = this.#session;
    const renewed = await requestSession(name);
    this.#session = renewed;
    if (renewed.user !== user) this.#changedUser(renewed);
    return renewed.token;
  };
}
