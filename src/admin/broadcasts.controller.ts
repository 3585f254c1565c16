import { Body, HttpCode, Post, UseGuards } from '@nestjs/common';
import { BroadcastsService } from '../broadcasts/broadcasts.service.js';
import type { Principal } from '../identity/caller.js';
import { IntakeService } from '../limits/intake.service.js';
import { type Broadcast, type BroadcastBody, broadcastBody } from '../protocol/admin/broadcast.js';
import { AdminController } from './admin-controller.js';
import { dataFrom } from './base64-data.js';
import { IdempotencyKey, idFrom } from './idempotency-key.js';
import { IntakeGuard } from './intake.guard.js';
import { Administrator } from './principal.js';
import { RequiresScope } from './requires-scope.js';

/** An administrator's messages to an audience. */
@AdminController('v1/broadcasts')
export class BroadcastsController {
  constructor(
    private readonly broadcasts: BroadcastsService,
    private readonly intake: IntakeService,
  ) {}

  @Post()
  @HttpCode(202)
  @RequiresScope('broadcasts.write')
  @UseGuards(IntakeGuard)
  send(
    @Administrator() principal: Principal,
    @IdempotencyKey() key: string | null,
    @Body({ schema: broadcastBody }) { encoding, ...body }: BroadcastBody,
  ): Promise<Broadcast> {
    // Its copies may lie in namespaces with other defaults: only what it says itself counts.
    this.intake.requirePublish(() => body.priority ?? null);
    const data = dataFrom(body.data, encoding);
    return this.broadcasts.send(principal, { ...body, data, id: idFrom(body.id, key) });
  }
}
