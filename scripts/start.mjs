// npm start: from a fresh clone to a running server, with nothing but Node and npm.
import './setup/check-node.mjs';
import process from 'node:process';
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { leash } from './setup/leash.mjs';
import { waiting } from './setup/progress.mjs';
import { main, SetupError } from './setup/run.mjs';
import { asJson, asText } from './start/announcement.mjs';
import { Children } from './start/children.mjs';
import { makeCredentials } from './start/credentials.mjs';
import { addressOf, startInstances, untilReady } from './start/instances.mjs';
import { readOptions, usage, UsageError } from './start/options.mjs';
import { choosePorts } from './start/ports.mjs';
import { startPrivateRedis } from './start/private-redis.mjs';

const { env } = process;

await main(async () => {
  const options = optionsOrUsage();
  if (options === null) return;
  await install();
  await build();

  // npm lives as long as its script; a shell that put the script in the background does not.
  if (env.npm_lifecycle_event !== undefined) leash();
  const children = new Children();
  const stopped = stopOnSignal(children);
  try {
    await start(children, options);
    if (!children.isStopping) await Promise.race([stopped, children.firstDeath().then(fail)]);
  } catch (error) {
    // Whatever was started ends with the script; a stop that was asked for is not a failure.
    if (!children.isStopping) {
      await children.stop();
      throw error;
    }
  }
  if (children.isStopping) await stopped;
});

async function start(children, options) {
  const ports = await choosePorts({
    asked: options.port,
    count: options.nodes,
    host: env.HOST || '0.0.0.0',
  });
  const credentials = makeCredentials(env, options.nodes);
  const redisUrl =
    options.nodes > 1 && !env.REDIS_URL
      ? await waiting('starting a Redis for this cluster', () => startPrivateRedis(children))
      : env.REDIS_URL || null;
  const instances = startInstances(children, {
    ports,
    json: options.json,
    env: { ...credentials.env, ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }) },
  });
  await untilReady(children, instances, ports);
  if (children.isStopping) return;
  const announced = {
    urls: ports.map(addressOf),
    adminKey: credentials.adminKey,
    redisUrl,
    hasDemo: env.DEMO ? env.DEMO === 'true' : env.NODE_ENV !== 'production',
  };
  process.stdout.write(options.json ? `${asJson(announced)}\n` : asText(announced));
}

/** Null when there is nothing more to do. */
function optionsOrUsage() {
  try {
    const options = readOptions(process.argv.slice(2), env);
    if (!options.help) return options;
    process.stdout.write(usage);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  }
  return null;
}

/** Resolves when a signal came and every child has ended; a second signal does not wait. */
function stopOnSignal(children) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      if (children.isStopping) {
        children.kill();
        process.exit(130);
      }
      process.stderr.write('\n· stopping; once more ends it at once\n');
      children.stop().then(resolve, reject);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  });
}

function fail({ name, code, signal }) {
  throw Object.assign(new SetupError(`${name} ended with ${code ?? signal}`), {
    // An end that nobody asked for is a failure, even where the process itself saw none.
    exitCode: code || 1,
  });
}
