import { expect, test } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { CONFIG } from '../../../src/config/config.js';
import { ConfigModule } from '../../../src/config/config.module.js';
import { IdentityModule } from '../../../src/identity/identity.module.js';
import { IdentityService } from '../../../src/identity/identity.service.js';
import { CLOCK, systemClock } from '../../../src/kernel/clock.js';
import { LimitsModule } from '../../../src/limits/limits.module.js';
import { LimitsService } from '../../../src/limits/limits.service.js';
import { configOf } from './config-of.js';

test('identity and limits work in an application that registered the configuration', async () => {
  const config = configOf();
  const app = await Test.createTestingModule({
    imports: [ConfigModule.register(config), IdentityModule, LimitsModule],
  }).compile();
  expect(app.get(CONFIG)).toBe(config);
  expect(app.get(CLOCK)).toBe(systemClock);

  const key = config.ephemeralAdminKey ?? '';
  await expect(app.get(IdentityService).principalOf(key)).resolves.toEqual({
    publisher: 'key:ephemeral',
    scopes: ['*'],
  });
  expect(() => app.get(LimitsService).forSession().takePublish('chat')).not.toThrow();
  await app.close();
});
