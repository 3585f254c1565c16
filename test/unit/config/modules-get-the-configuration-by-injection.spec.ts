import { expect, test } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CONFIG } from '../../../src/config/config.js';
import { ConfigModule } from '../../../src/config/config.module.js';
import { IdentityModule } from '../../../src/identity/identity.module.js';
import { IdentityService } from '../../../src/identity/identity.service.js';
import { CLOCK, systemClock } from '../../../src/kernel/clock.js';
import { LimitsModule } from '../../../src/limits/limits.module.js';
import { LimitsService } from '../../../src/limits/limits.service.js';
import { Metrics } from '../../../src/telemetry/metrics.js';
import { configOf } from './config-of.js';

/** Metrics for everybody, as telemetry gives them. */
@Global()
@Module({ providers: [Metrics], exports: [Metrics] })
class Numbers {}

test('identity and limits work in an application that registered the configuration', async () => {
  const config = configOf();
  const app = await Test.createTestingModule({
    imports: [ConfigModule.register(config), Numbers, IdentityModule, LimitsModule],
  }).compile();
  expect(app.get(CONFIG)).toBe(config);
  expect(app.get(CLOCK)).toBe(systemClock);

  const key = config.ephemeralAdminKey ?? '';
  await expect(app.get(IdentityService).principalOf(key)).resolves.toEqual({
    publisher: 'key:ephemeral',
    user: null,
    scopes: ['*'],
  });
  expect(() => app.get(LimitsService).forSession().takePublish('chat')).not.toThrow();
  await app.close();
});
