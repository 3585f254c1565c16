import type { Priority } from '../protocol/priority.js';

/** The environment and the policy file, checked, frozen and injected as `CONFIG`. */
export interface Config {
  readonly environment: 'production' | 'development' | 'test';
  readonly port: number;
  readonly host: string;
  readonly instanceId: string;
  readonly broker: 'memory' | 'redis';
  readonly redis: RedisConfig;
  readonly auth: AuthConfig;
  readonly adminKeys: readonly AdminKey[];
  /** Printed once at start when no key was configured outside production; otherwise null. */
  readonly ephemeralAdminKey: string | null;
  readonly corsOrigins: readonly string[];
  readonly trustProxy: readonly string[];
  readonly maxPacketBytes: number;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly outboxBytes: number;
  readonly outboxTotalBytes: number;
  /** A connection that was just written to waits so long for more, in milliseconds; 0 turns it off. */
  readonly joinWindowMs: number;
  readonly maxConnections: number;
  /** Of one user, to this instance; null: as many as there is room for. */
  readonly maxConnectionsPerUser: number | null;
  readonly lag: LagConfig;
  readonly transports: readonly ('websocket' | 'polling')[];
  readonly demo: boolean;
  readonly drainTimeoutMs: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly metricsAuth: boolean;
  readonly policy: Policy;
}

/** Delays of the event loop above which this instance takes no more, in milliseconds; 0: it always does. */
export interface LagConfig {
  readonly connectMs: number;
  readonly publishMs: number;
}

export interface RedisConfig {
  readonly urls: readonly string[];
  readonly mode: 'standalone' | 'sentinel' | 'cluster';
  readonly sentinelName: string | null;
  readonly prefix: string;
}

export interface AuthConfig {
  /** HS256 secrets, all accepted, the first one signs demo tokens; empty when only JWKS is used. */
  readonly secrets: readonly string[];
  readonly jwksUrl: string | null;
  readonly issuer: string | null;
  readonly audience: string | null;
  /** A token without `exp` is refused. */
  readonly requireExpiry: boolean;
}

export interface AdminKey {
  readonly name: string;
  /** Lower-case hex of the SHA-256 of the key. */
  readonly sha256: string;
  /** `*` is every scope. */
  readonly scopes: readonly string[];
}

export interface Policy {
  readonly namespaces: Readonly<Record<string, NamespacePolicy>>;
  /** What an unnamed namespace gets; null: it is forbidden. */
  readonly fallback: NamespacePolicy | null;
}

export type Access = 'anyone' | 'granted' | 'server';

/** The rules of one namespace, complete. */
export interface NamespacePolicy {
  readonly subscribe: Access;
  readonly publish: Access;
  readonly presence: boolean;
  readonly history: Retention;
  readonly dedupSeconds: number;
  readonly priority: Priority;
  readonly maxPriority: Priority;
  readonly maxMessageBytes: number;
  /** Per session. */
  readonly rate: RateConfig;
  /** Of one user over all of its sessions and REST, in the whole cluster; null: no limit. */
  readonly userRate: RateConfig | null;
  /** Of all publishes in the namespace, in the whole cluster; null: no limit. */
  readonly totalRate: RateConfig | null;
  /** Redis replicas that must have a message before its publish is acknowledged. */
  readonly replicas: number;
}

export interface RateConfig {
  /** Publishes a second in the long run. */
  readonly perSecond: number;
  /** Publishes at once after a rest. */
  readonly burst: number;
}

export interface Retention {
  readonly size: number;
  readonly ttlSeconds: number;
  readonly maxBytes: number;
}

export const CONFIG = Symbol('Config');
