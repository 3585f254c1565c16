import { createHash } from 'node:crypto';
import path from 'node:path';
import process from 'node:process';
import { register } from './actors.js';
import { Child, type Exit } from './child-process.js';
import { eventually } from './eventually.js';

/** One instance of the built server, in a process of its own. */
export interface CarillonProcess {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Opens every scope of the REST API. */
  readonly adminKey: string;
  /** Signs tokens, as `tokenFor` wants it. */
  readonly secret: string;
  /** Every line of its output so far. */
  logs(): string[];
  /** SIGTERM; resolves with the exit code, null where the process had to be killed. */
  stop(): Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<Exit>;
}

export interface CarillonOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly redisUrl?: string;
  readonly args?: readonly string[];
  /** False: resolves as soon as the port is open, for an instance that cannot become ready. */
  readonly waitReady?: boolean;
}

export const testSecret = 'a-secret-for-tests-of-at-least-32-bytes';
export const testAdminKey = 'an-admin-key-for-tests';

const root = path.resolve(import.meta.dirname, '../..');

/** Starts `dist/main.js` on a free loopback port; it is ended after the last test of the file. */
export async function startCarillon(options: CarillonOptions = {}): Promise<CarillonProcess> {
  const child = spawnCarillon(options);
  register({ name: child.name, end: () => child.stop(5_000) });
  const url = await child.line('listens', 20_000, listeningUrl);
  if (url === null) {
    throw new Error(`${child.name} ended before it listened:\n${child.lines.join('\n')}`);
  }
  if (options.waitReady !== false) await untilReady(child, url);
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid,
    adminKey: testAdminKey,
    secret: testSecret,
    logs: () => [...child.lines],
    stop: async () => (await child.stop(20_000)).code,
    kill: (signal) => child.kill(signal),
    exited: child.exited,
  };
}

/** Starts `dist/main.js` without waiting for anything, for a start that is meant to be refused. */
export function spawnCarillon(options: CarillonOptions = {}): Child {
  return new Child(
    'carillon',
    process.execPath,
    [path.join(root, 'dist/main.js'), ...(options.args ?? [])],
    { cwd: root, env: environment(options) },
  );
}

function environment({ env, redisUrl }: CarillonOptions): NodeJS.ProcessEnv {
  const hash = createHash('sha256').update(testAdminKey).digest('hex');
  return {
    // Nothing else of the surroundings may change what a test sees.
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    // A loaded machine is no claim of a test; those about it set their own.
    LAG_CONNECT_MS: '0',
    LAG_PUBLISH_MS: '0',
    AUTH_JWT_SECRET: testSecret,
    ADMIN_API_KEYS: `test:${hash}:*`,
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    ...env,
  };
}

/** The server logs JSON in tests, and one object with `"msg":"listening"` names its address. */
function listeningUrl(line: string): string | null {
  if (!line.startsWith('{')) return null;
  try {
    const entry: unknown = JSON.parse(line);
    const isIt = typeof entry === 'object' && entry !== null && 'msg' in entry && 'url' in entry;
    return isIt && entry.msg === 'listening' ? String(entry.url) : null;
  } catch {
    // A line of somebody else's that happens to begin with a brace.
    return null;
  }
}

async function untilReady(child: Child, url: string): Promise<void> {
  let ended: Exit | null = null;
  void child.exited.then((exit) => (ended = exit));
  await eventually(
    'the instance is ready',
    async () => ended !== null || (await fetch(`${url}/health/ready`)).status === 200,
    { deadlineMs: 20_000 },
  );
  if (ended !== null) throw new Error(`carillon ended:\n${child.lines.join('\n')}`);
}
