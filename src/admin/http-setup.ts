import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Config } from '../config/config.js';
import { serveChatPage } from './chat-page.js';
import { serveDocs } from './docs-page.js';
import { ProblemFilter } from './problem.filter.js';
import { securityHeaders } from './security-headers.js';

/** A preflight's answer may be kept this long, in seconds. */
const PREFLIGHT_SECONDS = 600;

/** A request that takes longer to arrive holds a connection for nothing: its head, and all of it. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** How often that is looked at. */
const LOOK_MS = 1_000;

/** Of MAX_CONNECTIONS, and at least so many: beside the sockets, for REST, probes, and to be told "full". */
const MORE_SHARE = 0.1;
const MORE_LEAST = 500;

const EXPOSED_HEADERS = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'WWW-Authenticate',
];

/**
 * Makes an application ready to face the network: problem bodies, security headers, CORS, trusted
 * proxies, the chat page and the API page. Call it before `app.init()` or `app.listen()`, on an
 * application that was created with `bodyParser: false`: bodies are read after the guards.
 */
export function configureHttp(app: NestExpressApplication, config: Config): void {
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustProxy.length === 0 ? false : [...config.trustProxy]);
  app.useGlobalFilters(new ProblemFilter());
  app.use(securityHeaders);
  if (config.corsOrigins.length > 0) {
    app.enableCors({
      origin: [...config.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'DELETE'],
      allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: PREFLIGHT_SECONDS,
    });
  }
  serveDocs(app);
  if (config.demo) serveChatPage(app);
  limitConnections(app, config.maxConnections);
}

/** What an HTTP server has, and its type does not tell: read when it begins to listen. */
type PatientServer = Server & { connectionsCheckingInterval: number };

function limitConnections(app: NestExpressApplication, maxConnections: number): void {
  // Nest types its server as any; the Express adapter makes a plain one.
  const server = app.getHttpServer() as PatientServer;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.connectionsCheckingInterval = LOOK_MS;
  const more = Math.max(MORE_LEAST, Math.ceil(maxConnections * MORE_SHARE));
  server.maxConnections = maxConnections + more;
}
