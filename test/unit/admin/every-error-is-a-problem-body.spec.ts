import { Get } from '@nestjs/common';
import { beforeAll, expect, test } from '@jest/globals';
import { AdminController } from '../../../src/admin/admin-controller.js';
import { problemOf } from '../../../src/admin/problem.js';
import { OpenToAll } from '../../../src/admin/requires-scope.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import { CODES, type Code } from '../../../src/protocol/codes.js';
import { type RestApp, startRestApp } from './rest-app.js';

@AdminController('fail')
class FailingController {
  @Get('defect')
  @OpenToAll()
  defect(): never {
    throw new Error('a secret of the inside');
  }

  @Get('overload')
  @OpenToAll()
  overload(): never {
    throw new CarillonError('overloaded', 'Slow down.', {
      retryAfterMs: 1_200,
      details: { limit: 5 },
    });
  }
}

let rest: RestApp;
beforeAll(async () => {
  rest = await startRestApp({ controllers: [FailingController] });
});

test('a refusal of ours carries its code, its wait and its details', async () => {
  const answer = await rest.call('GET', '/fail/overload');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.headers.get('retry-after')).toBe('2');
  expect(answer.json).toEqual({
    type: 'urn:carillon:error:overloaded',
    title: 'Overloaded',
    status: 503,
    detail: 'Slow down.',
    code: 'overloaded',
    retryable: true,
    retryAfterMs: 1_200,
    details: { limit: 5 },
  });
});

test('a defect tells nothing of the inside, only where to find it in the log', async () => {
  const answer = await rest.call('GET', '/fail/defect');
  expect(answer.status).toBe(500);
  expect(answer.json).toMatchObject({
    code: 'internal',
    status: 500,
    instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
  });
  expect(answer.text).not.toMatch(/secret|\.ts|at /);
});

test.each(['/nothing', '/v1', '/v1/nothing', '/docs/assets/index.html', '/socket'])(
  'an unknown path is not found: %s',
  async (path) => {
    const answer = await rest.call('GET', `${path}?token=quoted`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.json).toMatchObject({ code: 'not_found', status: 404 });
    expect(answer.text).not.toContain('quoted');
  },
);

test.each([
  ['PUT', '/v1/messages', 'POST'],
  ['PATCH', '/v1/channels/chat:a/messages', 'DELETE, GET, HEAD, POST'],
  ['POST', '/health/live', 'GET, HEAD'],
])('a known path with another method says which it takes: %s %s', async (method, path, allow) => {
  const answer = await rest.call(method, path);
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe(allow);
  expect(answer.json).toMatchObject({ status: 405, code: 'invalid_request' });
});

test('a path that cannot be decoded is malformed', async () => {
  const answer = await rest.call('GET', '/v1/channels/%zz/messages');
  expect(answer.status).toBe(400);
  expect(answer.json).toMatchObject({ code: 'invalid_request' });
});

test.each(Object.keys(CODES) as Code[])('the problem of %s has its status', (code) => {
  const problem = problemOf(new CarillonError(code, 'What to do.'));
  expect(problem).toMatchObject({ code, status: CODES[code].status ?? 500, detail: 'What to do.' });
});
