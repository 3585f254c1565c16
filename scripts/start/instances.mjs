import process from 'node:process';
import { waiting } from '../setup/progress.mjs';
import { SetupError } from '../setup/run.mjs';

const onLeash = ['--import', new URL('./on-leash.mjs', import.meta.url).href];
const readyDeadlineMs = 60_000;
const askEveryMs = 100;

/** Starts one instance on each port; with several, each line of their logs begins with a number. */
export function startInstances(children, { ports, env, json }) {
  const logs = json ? process.stderr : process.stdout;
  return ports.map((port, i) =>
    children.start(`instance ${i + 1}`, process.execPath, [...onLeash, 'dist/main.js'], {
      env: { ...process.env, ...env, PORT: String(port) },
      ...(ports.length > 1
        ? { output: (line) => logs.write(`[${i + 1}] ${line}\n`) }
        : { stdio: [json ? 2 : 1, 2] }),
    }),
  );
}

/** Where a person on this machine reaches the instance on a port. */
export function addressOf(port) {
  const host = process.env.HOST || '0.0.0.0';
  const isEveryAddress = host === '0.0.0.0' || host === '::';
  return `http://${isEveryAddress ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Waits until every instance says that it can take and deliver messages.
 *
 * @throws SetupError with the last answer, when one is not ready in time or ends before
 */
export async function untilReady(children, instances, ports) {
  for (const [i, instance] of instances.entries()) {
    const what =
      instances.length > 1 ? `waiting for ${instance.name}` : 'waiting for the server to be ready';
    await waiting(what, async () => {
      const startedAt = Date.now();
      let last = 'no answer';
      for (;;) {
        if (children.isStopping) return;
        if (instance.hasExited) throw new InstanceEnded(instance.name, await instance.exited);
        const answer = await ask(`${addressOf(ports[i])}/health/ready`);
        if (answer === 'ready') return;
        last = answer;
        if (Date.now() - startedAt > readyDeadlineMs) {
          throw new SetupError(`${instance.name} is not ready after a minute; it says: ${last}`);
        }
        await new Promise((resolve) => setTimeout(resolve, askEveryMs));
      }
    });
  }
}

/** An instance that refused to start has said why in its own log; its exit code is handed on. */
export class InstanceEnded extends SetupError {
  constructor(name, { code, signal }) {
    super(`${name} ended with ${code ?? signal} before it was ready: see its lines above`);
    this.exitCode = code ?? 1;
  }
}

async function ask(url) {
  try {
    const response = await fetch(url);
    const body = await response.text();
    return response.status === 200 ? 'ready' : `${response.status} ${body.slice(0, 500)}`;
  } catch (error) {
    return error.cause?.message ?? error.message;
  }
}
