import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { HealthController } from '../telemetry/health.controller.js';
import { ADMIN_CONTROLLERS } from './admin-controllers.js';
import { API_SCHEMAS, reference } from './openapi-schemas.js';
import { type Operation, OPERATIONS } from './openapi-operations.js';
import { ROUTE_RIGHT, type RouteRight } from './requires-scope.js';

const ABOUT = [
  'Publish, read and administer by REST. Clients connect by Socket.IO.',
  '',
  'Send `Authorization: Bearer` with an admin key, or with a token that has the scope named at each call.',
  'Errors are `application/problem+json` with a `code`. `unavailable` means an unknown outcome:',
  'repeating with the same id is safe.',
].join('\n');

const HTTP_METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

type ApiOperation = NonNullable<OpenAPIObject['paths'][string]['get']>;

type Headers = Readonly<
  Record<string, { readonly description: string; readonly schema: { readonly type: 'integer' } }>
>;

function secondsOrCount(description: string): Headers[string] {
  return { description, schema: { type: 'integer' } };
}

const RETRY_HEADER: Headers = {
  'Retry-After': secondsOrCount('Seconds after which to try again.'),
};

const RATE_LIMIT_HEADERS: Headers = {
  'RateLimit-Limit': secondsOrCount('How many may come at once, where a limit applies.'),
  'RateLimit-Remaining': secondsOrCount('How many are left, as far as this instance knows.'),
  'RateLimit-Reset': secondsOrCount('Seconds until there is one more; 0 while some are left.'),
};

/** The OpenAPI description: routes, parameters and bodies as Nest knows them, told in words. */
export function describeApi(app: NestExpressApplication): OpenAPIObject {
  const head = new DocumentBuilder()
    .setTitle('Carillon')
    .setDescription(ABOUT)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Admin key or token.' }, 'bearer')
    .build();
  const api = SwaggerModule.createDocument(app, head, {
    operationIdFactory: (controller, method) => `${controller}.${method}`,
    autoTagControllers: false,
  });
  const schemas = { ...api.components?.schemas, ...API_SCHEMAS };
  api.components = { ...api.components, schemas };
  for (const path of Object.values(api.paths)) {
    for (const method of HTTP_METHODS) {
      const operation = path[method];
      const words = OPERATIONS[operation?.operationId ?? ''];
      if (operation && words) describeOperation(operation, words);
    }
  }
  return api;
}

function describeOperation(operation: ApiOperation, words: Operation): void {
  const right = rightOf(operation.operationId ?? '');
  const scope = right !== null && 'scope' in right ? right.scope : null;
  operation.tags = [words.tag];
  operation.summary = words.summary;
  operation.description = [
    ...(words.description === undefined ? [] : [words.description]),
    ...(scope === null ? [] : [`Scope: \`${scope}\`.`]),
  ].join('\n\n');
  if (scope !== null) operation.security = [{ bearer: [] }];
  if (words.idempotent) {
    (operation.parameters ??= []).push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'Works as `id` does; 1 to 128 printable characters.',
      schema: { type: 'string', maxLength: 128 },
    });
  }
  const problems = scope === null ? words.problems : [401, 403, ...words.problems];
  operation.responses = answersOf(words, problems);
}

function answersOf(words: Operation, problems: readonly number[]): ApiOperation['responses'] {
  const answers: ApiOperation['responses'] = {};
  for (const [status, [description, schema]] of Object.entries(words.answers)) {
    const content =
      schema === null
        ? { 'text/plain': { schema: { type: 'string' } } }
        : { 'application/json': { schema: reference(schema) } };
    answers[status] = {
      description,
      content,
      ...(words.limited ? { headers: RATE_LIMIT_HEADERS } : {}),
    };
  }
  for (const status of problems) {
    answers[String(status)] = {
      description: 'A problem.',
      content: { 'application/problem+json': { schema: reference('Problem') } },
      ...headersOf(status, words),
    };
  }
  return answers;
}

function headersOf(status: number, { limited }: Operation): { headers?: Headers } {
  const isPassing = status === 429 || status === 503;
  if (!isPassing) return {};
  return { headers: { ...RETRY_HEADER, ...(limited && status === 429 ? RATE_LIMIT_HEADERS : {}) } };
}

function rightOf(operationId: string): RouteRight | null {
  const [name, method] = operationId.split('.');
  const controller = [...ADMIN_CONTROLLERS, HealthController].find((type) => type.name === name);
  if (controller === undefined || method === undefined) return null;
  const handler: unknown = Reflect.get(controller.prototype, method);
  if (typeof handler !== 'function') return null;
  return (Reflect.getMetadata(ROUTE_RIGHT, handler) as RouteRight | undefined) ?? null;
}
