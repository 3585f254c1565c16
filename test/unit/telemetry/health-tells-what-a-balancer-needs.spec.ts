import { expect, test } from '@jest/globals';
import { startRestApp } from '../admin/rest-app.js';

test('an instance that is ready is both', async () => {
  const rest = await startRestApp();
  expect(await rest.call('GET', '/health/live', { key: null })).toMatchObject({
    status: 200,
    text: '{"status":"live"}',
  });
  expect(await rest.call('GET', '/health/ready', { key: null })).toMatchObject({
    status: 200,
    text: '{"status":"ready"}',
  });
});

test('an instance that is not ready lives, and says why not', async () => {
  const rest = await startRestApp({
    readiness: { isReady: () => false, reason: () => 'draining' },
  });
  expect(await rest.call('GET', '/health/live', { key: null })).toMatchObject({ status: 200 });
  const ready = await rest.call('GET', '/health/ready', { key: null });
  expect(ready.status).toBe(503);
  expect(ready.json).toMatchObject({ code: 'unavailable', retryable: true });
  expect(ready.json['detail']).toContain('draining');
});
