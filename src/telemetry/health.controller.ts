import { Controller, Get, Header, HttpCode, Inject } from '@nestjs/common';
import { CarillonError } from '../protocol/carillon-error.js';
import { READINESS, type Readiness } from './readiness.port.js';

/** What a load balancer and an orchestrator ask; open to everybody, tells nothing about the inside. */
@Controller('health')
export class HealthController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  /** 200 while the event loop runs. */
  @Get('live')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** 200 when this instance can take and deliver messages, else 503. */
  @Get('ready')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  ready(): { status: 'ready' } {
    if (this.readiness.isReady()) return { status: 'ready' };
    const reason = this.readiness.reason() ?? 'starting';
    throw new CarillonError('unavailable', `This instance is not ready: ${reason}.`);
  }
}
