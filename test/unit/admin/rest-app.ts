import { Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ADMIN_CONTROLLERS } from '../../../src/admin/admin-controllers.js';
import { configureHttp } from '../../../src/admin/http-setup.js';
import { BroadcastsService } from '../../../src/broadcasts/broadcasts.service.js';
import { ChannelsService } from '../../../src/channels/channels.service.js';
import { ClusterService } from '../../../src/cluster/cluster.service.js';
import { CONFIG, type Config } from '../../../src/config/config.js';
import type { Principal } from '../../../src/identity/caller.js';
import { IdentityService } from '../../../src/identity/identity.service.js';
import { CLOCK, type Clock } from '../../../src/kernel/clock.js';
import { IntakeService } from '../../../src/limits/intake.service.js';
import { PresenceService } from '../../../src/presence/presence.service.js';
import { CarillonError } from '../../../src/protocol/carillon-error.js';
import { HealthController } from '../../../src/telemetry/health.controller.js';
import { Metrics } from '../../../src/telemetry/metrics.js';
import { READINESS, type Readiness } from '../../../src/telemetry/readiness.port.js';
import { register } from '../../support/actors.js';

/** The REST edge alone, on a real socket, with stand-ins for what is behind it. */
export interface RestApp {
  readonly url: string;
  readonly app: NestExpressApplication;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

export interface CallOptions {
  /** Sent as JSON; a string or bytes are sent as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null sends no credentials; otherwise the key of every scope. */
  readonly key?: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; fails the test when it is none. */
  readonly json: Record<string, unknown>;
}

export interface Stand {
  readonly channels?: Partial<ChannelsService>;
  readonly broadcasts?: Partial<BroadcastsService>;
  readonly cluster?: Partial<ClusterService>;
  readonly presence?: Partial<PresenceService>;
  readonly intake?: Partial<IntakeService>;
  readonly config?: Partial<Config>;
  readonly readiness?: Readiness;
  readonly clock?: Clock;
  readonly controllers?: readonly (new (...args: never[]) => object)[];
}

export const everyScopeKey = 'opens-everything';

/** `scope:<scope>` is a key with that one scope. */
const identity = {
  principalOf: async (bearer: string): Promise<Principal> => {
    if (bearer === everyScopeKey) return { publisher: 'key:test', user: null, scopes: ['*'] };
    if (bearer.startsWith('scope:')) {
      return { publisher: 'key:one', user: null, scopes: [bearer.slice(6)] };
    }
    throw new CarillonError('unauthenticated', 'This key is not known.');
  },
  signDemoToken: async (user: string) => ({ token: `token-of-${user}`, expiresAt: 86_400_000 }),
};

const plainConfig = {
  demo: false,
  metricsAuth: false,
  corsOrigins: [],
  trustProxy: [],
  maxConnections: 100,
};

export async function startRestApp(stand: Stand = {}): Promise<RestApp> {
  const config = { ...plainConfig, ...stand.config };

  @Module({
    controllers: [...ADMIN_CONTROLLERS, HealthController, ...(stand.controllers ?? [])],
    providers: [
      Metrics,
      { provide: IdentityService, useValue: identity },
      { provide: ChannelsService, useValue: { allowance: () => null, ...stand.channels } },
      { provide: BroadcastsService, useValue: stand.broadcasts ?? {} },
      { provide: ClusterService, useValue: stand.cluster ?? {} },
      { provide: PresenceService, useValue: stand.presence ?? {} },
      {
        provide: IntakeService,
        useValue: { requireOpen: () => {}, requirePublish: () => {}, ...stand.intake },
      },
      { provide: CONFIG, useValue: config },
      { provide: CLOCK, useValue: stand.clock ?? { now: () => 0, monotonic: () => 0 } },
      {
        provide: READINESS,
        useValue: stand.readiness ?? { isReady: () => true, reason: () => null },
      },
    ],
  })
  class RestEdge {}

  const testing = await Test.createTestingModule({ imports: [RestEdge] }).compile();
  const app = testing.createNestApplication<NestExpressApplication>({
    bodyParser: false,
    logger: false,
    forceCloseConnections: true,
  });
  // The stand-in has the fields that the edge reads.
  configureHttp(app, config as Config);
  await app.listen(0, '127.0.0.1');
  register({ name: 'rest app', end: () => app.close() });
  const url = await app.getUrl();
  return { url, app, call: (method, path, options) => call(url, method, path, options) };
}

async function call(
  url: string,
  method: string,
  path: string,
  { body, headers, key = everyScopeKey }: CallOptions = {},
): Promise<Answer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? Buffer.from(body) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text) as Record<string, unknown>;
    },
  };
}
