import { beforeAll, expect, test } from '@jest/globals';
import { type RestApp, startRestApp } from './rest-app.js';

interface Described {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, DescribedCall>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

interface DescribedCall {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly security?: unknown;
  readonly parameters?: {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> };
  readonly responses: Record<string, unknown>;
}

let rest: RestApp;
let api: Described;

beforeAll(async () => {
  rest = await startRestApp();
  api = (await rest.call('GET', '/docs/openapi.json', { key: null })).json as unknown as Described;
});

test('it is an OpenAPI document of all routes, each with words, answers and its scope', () => {
  expect(api.openapi).toMatch(/^3\./);
  expect(Object.keys(api.paths).toSorted()).toEqual([
    '/demo/session',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/v1/broadcasts',
    '/v1/channels/{channel}/messages',
    '/v1/channels/{channel}/presence',
    '/v1/instances',
    '/v1/messages',
  ]);
  const calls = Object.values(api.paths).flatMap((methods) => Object.values(methods));
  for (const call of calls) {
    expect(call).toMatchObject({ summary: expect.any(String) });
    expect(Object.keys(call.responses).some((status) => status.startsWith('2'))).toBe(true);
  }
});

test('every call below /v1 needs credentials and names its scope', () => {
  const guarded = Object.entries(api.paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([, methods]) => Object.values(methods));
  expect(guarded).toHaveLength(7);
  for (const call of guarded) {
    expect(call.security).toEqual([{ bearer: [] }]);
    expect(call.description).toMatch(/Scope: `[a-z.]+`/);
  }
});

test('a publish is described by the schema that checks it', () => {
  const publish = api.paths['/v1/channels/{channel}/messages']?.['post'];
  expect(publish?.requestBody?.content['application/json']?.schema).toMatchObject({
    type: 'object',
    additionalProperties: false,
    required: ['data'],
    properties: {
      priority: { enum: ['critical', 'high', 'normal', 'low'] },
      encoding: { enum: ['base64'] },
    },
  });
  expect(Object.keys(publish?.responses ?? {})).toEqual([
    '200',
    '201',
    '400',
    '401',
    '403',
    '409',
    '413',
    '415',
    '429',
    '503',
  ]);
  expect(publish?.parameters?.map(({ name, in: place }) => `${place} ${name}`)).toEqual([
    'path channel',
    'header Idempotency-Key',
  ]);
});

test('the parameters of a list are described one by one, none required', () => {
  const history = api.paths['/v1/channels/{channel}/messages']?.['get'];
  const queries = history?.parameters?.filter(({ in: place }) => place === 'query');
  expect(queries?.map(({ name }) => name).toSorted()).toEqual(['after', 'before', 'limit']);
  expect(queries?.some(({ required }) => required)).toBe(false);
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(api).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(10);
  for (const [, name] of references) expect(api.components.schemas).toHaveProperty([String(name)]);
});

test('the page and its files come from here alone', async () => {
  const page = await rest.call('GET', '/docs', { key: null });
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.text).not.toMatch(/https?:\/\/|<script>|style=/);
  const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => String(file));
  expect(files).toHaveLength(4);
  for (const file of files) expect((await rest.call('GET', file, { key: null })).status).toBe(200);
});
