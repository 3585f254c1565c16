import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { atExit } from '../processes/at-exit.js';
import { Child } from '../processes/child.js';
import { nodeOptions } from './node-options.js';
import type { Instance, Peer, StartOptions } from './peer.js';
import { startOnRedis } from './redis-backed.js';

/** Every message is kept, numbered and deduplicated, which the others do not do. */
const KEPT = {
  history: { size: 100 },
  dedupSeconds: 60,
  maxPriority: 'critical',
  rate: { perSecond: 1_000_000, burst: 1_000_000 },
} as const;

/**
 * Switched off is what the others do not have either way: presence, and the limit on one publisher; and
 * clients are asked whether they are alive as rarely as by the others.
 */
const AS_THE_OTHERS: Setting = {
  presence: false,
  env: { PING_INTERVAL_MS: '25000', PING_TIMEOUT_MS: '20000' },
};

interface Setting {
  readonly presence: boolean;
  readonly env: Readonly<Record<string, string>>;
}

const READY_MS = 15_000;

export const carillon = carillonWith(
  'carillon',
  'this server, history of 100, one Redis',
  AS_THE_OTHERS,
);

/** Waits longer for what can be joined into one write. */
export const carillonTenMs = carillonWith('carillon-10ms', 'this server with JOIN_WINDOW_MS=10', {
  ...AS_THE_OTHERS,
  env: { ...AS_THE_OTHERS.env, JOIN_WINDOW_MS: '10' },
});

/** With presence, and asking every six seconds whether a client is alive, as it does where nobody says otherwise. */
export const carillonAsShipped = carillonWith(
  'carillon-as-shipped',
  'this server with its own heartbeat and presence',
  { presence: true, env: {} },
);

function carillonWith(name: string, title: string, { presence, env }: Setting): Peer {
  return {
    name,
    title,
    missing: () => null,

    start(options) {
      const folder = mkdtempSync(path.join(tmpdir(), 'carillon-bench-'));
      const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
      const removed = atExit(removeFolder);
      const policy = path.join(folder, 'policy.json');
      writeFileSync(policy, JSON.stringify({ namespaces: { bench: { ...KEPT, presence } } }));
      const secret = randomBytes(32).toString('hex');
      const adminKey = createHash('sha256').update(randomBytes(32)).digest('hex');
      const shared = {
        AUTH_JWT_SECRET: secret,
        ADMIN_API_KEYS: `bench:${adminKey}:*`,
        CARILLON_CONFIG: policy,
        ...env,
      };
      return startOnRedis({
        name,
        dialect: { name: 'carillon', secret },
        instances: options.instances,
        redisCore: options.redisCore,
        startOne: (url) => startOne(name, options, { ...shared, REDIS_URL: url }),
        cleanUp: () => {
          removed();
          removeFolder();
        },
      });
    },
  };
}

async function startOne(
  name: string,
  options: StartOptions,
  env: Readonly<Record<string, string>>,
): Promise<Instance> {
  const args = [...nodeOptions(name, options), options.server];
  const child = new Child(name, 'measured', process.execPath, args, {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: '0',
    ...env,
  });
  const port = Number(await child.announced(/"url":"http:\/\/[^"]*:(\d+)"/));
  await untilReady(port);
  return { port, child };
}

async function untilReady(port: number): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const { status } = await fetch(`http://127.0.0.1:${port}/health/ready`);
    if (status === 200) return;
    if (performance.now() > deadline) throw new Error('carillon did not become ready');
    await delay(50);
  }
}
