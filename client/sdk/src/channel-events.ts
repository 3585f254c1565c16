import type { CarillonError } from './carillon-error.js';
import type { Gap, Skip } from './gap.js';
import { Listeners } from './listeners.js';
import type { Logger } from './logger.js';
import type { Message } from './message.js';
import type { PresencePush } from './presence.js';

/** Who listens to one channel. */
export class ChannelEvents {
  readonly message: Listeners<[message: Message]>;
  readonly gap: Listeners<[gap: Gap]>;
  readonly skip: Listeners<[skip: Skip]>;
  readonly presence: Listeners<[push: PresencePush]>;
  readonly error: Listeners<[error: CarillonError]>;

  constructor(channel: string, logger: Logger) {
    this.message = new Listeners(`messages of ${channel}`, logger);
    this.gap = new Listeners(`gaps of ${channel}`, logger);
    this.skip = new Listeners(`skips of ${channel}`, logger);
    this.presence = new Listeners(`presence of ${channel}`, logger);
    this.error = new Listeners(`errors of ${channel}`, logger);
  }
}
