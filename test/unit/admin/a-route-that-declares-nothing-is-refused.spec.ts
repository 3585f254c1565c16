import { Get } from '@nestjs/common';
import { expect, test } from '@jest/globals';
import { AdminController } from '../../../src/admin/admin-controller.js';
import { startRestApp } from './rest-app.js';

@AdminController('v1/forgotten')
class ForgottenController {
  @Get()
  read(): string {
    return 'secrets';
  }
}

test('even the holder of every scope is refused', async () => {
  const rest = await startRestApp({ controllers: [ForgottenController] });
  const answer = await rest.call('GET', '/v1/forgotten');
  expect(answer.status).toBe(403);
  expect(answer.text).not.toContain('secrets');
});
