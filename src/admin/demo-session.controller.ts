import { randomBytes } from 'node:crypto';
import { Body, Inject, Ip, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CONFIG, type Config } from '../config/config.js';
import { IdentityService } from '../identity/identity.service.js';
import { CLOCK, type Clock } from '../kernel/clock.js';
import {
  type DemoSession,
  type DemoSessionBody,
  demoSessionBody,
} from '../protocol/admin/demo-session.js';
import { CarillonError } from '../protocol/carillon-error.js';
import { AdminController } from './admin-controller.js';
import { type Allowance, DemoAllowance } from './demo-allowance.js';
import { setRateLimitHeaders } from './rate-limit-headers.js';
import { OpenToAll } from './requires-scope.js';

/** A day at a demo; the page asks for a new guest after that. */
const TTL_SECONDS = 86_400;

/** The schema where the body may be left out. */
const optionalBody = demoSessionBody.prefault({});

/** Tokens for guests of the demo chat room, while the demo is on. */
@AdminController('demo/session')
export class DemoSessionController {
  private readonly allowance = new DemoAllowance();

  constructor(
    private readonly identity: IdentityService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'demo'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @OpenToAll()
  async open(
    @Ip() address: string,
    @Body({ schema: optionalBody }) body: DemoSessionBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DemoSession> {
    if (!this.config.demo) {
      throw new CarillonError('not_found', 'The demo is off: set DEMO=true to have it.');
    }
    this.requireAllowance(this.allowance.take(address, this.clock.monotonic()), response);
    const user = `guest-${randomBytes(6).toString('hex')}`;
    const name = body.name ?? `Guest ${user.slice(-4)}`;
    const { token, expiresAt } = await this.identity.signDemoToken(user, name, TTL_SECONDS);
    return { token, user, name, expiresAt };
  }

  private requireAllowance(allowance: Allowance, response: Response): void {
    const { granted, waitMs } = allowance;
    setRateLimitHeaders(response, allowance);
    if (granted) return;
    throw new CarillonError('rate_limited', 'Too many guests from this address: wait a little.', {
      retryAfterMs: waitMs,
    });
  }
}
