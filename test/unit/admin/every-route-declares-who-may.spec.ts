import { RequestMethod } from '@nestjs/common';
import { PATH_METADATA, METHOD_METADATA } from '@nestjs/common/constants.js';
import { describe, expect, test } from '@jest/globals';
import { ADMIN_CONTROLLERS } from '../../../src/admin/admin-controllers.js';
import { AdminGuard } from '../../../src/admin/admin.guard.js';
import { OPERATIONS } from '../../../src/admin/openapi-operations.js';
import { ROUTE_RIGHT } from '../../../src/admin/requires-scope.js';
import { everyScopeKey, startRestApp } from './rest-app.js';

/** The contract's table, and what is open on purpose. */
const rights: Record<string, string> = {
  'POST v1/channels/:channel/messages': 'messages.write',
  'GET v1/channels/:channel/messages': 'channels.read',
  'DELETE v1/channels/:channel/messages': 'channels.write',
  'POST v1/messages': 'messages.write',
  'GET v1/channels/:channel/presence': 'channels.read',
  'POST v1/broadcasts': 'broadcasts.write',
  'GET v1/instances': 'cluster.read',
  'GET metrics': 'metrics.read',
  'POST demo/session': 'open',
};

interface Route {
  readonly name: string;
  readonly line: string;
  readonly method: string;
  readonly path: string;
  readonly right: string;
}

const routes = ADMIN_CONTROLLERS.flatMap(routesOf);

test('the routes and their scopes are the ones of the contract', () => {
  expect(Object.fromEntries(routes.map(({ line, right }) => [line, right]))).toEqual(rights);
});

test.each(ADMIN_CONTROLLERS)('%p is behind the guard', (controller) => {
  expect(Reflect.getMetadata('__guards__', controller)).toEqual([AdminGuard]);
});

test.each(routes)('$name is described', ({ name }) => {
  expect(OPERATIONS).toHaveProperty([name]);
});

describe('asked over HTTP', () => {
  const guarded = routes.filter(({ right }) => right !== 'open');

  test.each(guarded)('$line answers 401 without a key and 403 to another scope', async (route) => {
    const rest = await startRestApp({ config: { metricsAuth: true } });
    const path = `/${route.path.replace(':channel', 'chat:a')}`;

    const stranger = await rest.call(route.method, path, { key: null });
    expect(stranger.status).toBe(401);
    expect(stranger.json).toMatchObject({ code: 'unauthenticated' });
    expect(stranger.headers.get('www-authenticate')).toBe('Bearer realm="carillon"');

    const unknown = await rest.call(route.method, path, { key: 'unknown' });
    expect(unknown.status).toBe(401);
    expect(unknown.headers.get('www-authenticate')).toContain('error="invalid_token"');

    const other = await rest.call(route.method, path, { key: 'scope:audit.read' });
    expect(other.status).toBe(403);
    expect(other.json).toMatchObject({ code: 'forbidden', details: { scope: route.right } });
    expect(other.headers.get('www-authenticate')).toContain(`scope="${route.right}"`);

    const holder = await rest.call(route.method, path, { key: `scope:${route.right}` });
    expect([401, 403]).not.toContain(holder.status);
  });

  test.each([
    ['HEAD', '/v1/instances'],
    ['GET', '/v1/instances/'],
    ['GET', '/V1/Instances'],
    ['GET', '/v1/%69nstances'],
  ])('another spelling is no way around: %s %s', async (method, path) => {
    const rest = await startRestApp({ cluster: { instances: async () => [] } });
    const { status } = await rest.call(method, path, { key: null });
    expect([401, 404]).toContain(status);
  });

  test('two Authorization headers are nobody', async () => {
    const rest = await startRestApp({ cluster: { instances: async () => [] } });
    const { statusCode } = await twoKeys(`${rest.url}/v1/instances`);
    expect(statusCode).toBe(401);
  });

  test.each(['Basic abc', 'Bearer', 'Bearer a b', ''])(
    'credentials of another form are nobody: %j',
    async (authorization) => {
      const rest = await startRestApp();
      const answer = await rest.call('GET', '/v1/instances', {
        key: null,
        headers: { authorization },
      });
      expect(answer.status).toBe(401);
    },
  );

  test('metrics are open unless they are asked to be guarded', async () => {
    const rest = await startRestApp({ config: { metricsAuth: false } });
    const { status, headers, text } = await rest.call('GET', '/metrics', { key: null });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('carillon_sessions 0');
  });
});

function routesOf(controller: (typeof ADMIN_CONTROLLERS)[number]): Route[] {
  const base = String(Reflect.getMetadata(PATH_METADATA, controller));
  return Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
    const handler: unknown = Reflect.get(controller.prototype, name);
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    const method = String(RequestMethod[Number(Reflect.getMetadata(METHOD_METADATA, handler))]);
    const own = String(Reflect.getMetadata(PATH_METADATA, handler)).replace(/^\/$/, '');
    const path = own === '' ? base : `${base}/${own}`;
    const right = Reflect.getMetadata(ROUTE_RIGHT, handler) as
      { scope?: string; open?: true } | undefined;
    return [
      {
        name: `${controller.name}.${name}`,
        line: `${method} ${path}`,
        method,
        path,
        right: right?.scope ?? (right?.open ? 'open' : 'undeclared'),
      },
    ];
  });
}

async function twoKeys(url: string): Promise<{ statusCode: number | undefined }> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const headers = [
      'Host',
      'test',
      'Authorization',
      `Bearer ${everyScopeKey}`,
      'Authorization',
      'Bearer x',
    ];
    const asking = request(url, { headers, agent: false }, (response) => {
      response.resume();
      resolve({ statusCode: response.statusCode });
    });
    asking.on('error', reject);
    asking.end();
  });
}
