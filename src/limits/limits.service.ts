import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { CLOCK, type Clock } from '../kernel/clock.js';
import { SessionLimits } from './session-limits.js';

/** Hands out what counts against the configured rates. */
@Injectable()
export class LimitsService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Full buckets for a new session. Nothing is kept here: drop the session and they are gone. */
  forSession(): SessionLimits {
    return new SessionLimits(this.config.policy, this.clock);
  }
}
