import 'reflect-metadata';
import process from 'node:process';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { configureHttp } from './admin/http-setup.js';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import { ConfigError, EXIT_BAD_CONFIG } from './config/config-error.js';
import { loadConfig } from './config/load-config.js';
import { Admission } from './gateway/admission.js';
import { CommandDispatcher } from './gateway/command-dispatcher.js';
import { HandshakeGuard } from './gateway/handshake.js';
import { InstanceState } from './gateway/instance-state.js';
import { SocketAdapter } from './gateway/socket-adapter.js';
import { putHelperThreadsBehind } from './helper-threads.js';
import { LoopDelay } from './kernel/loop-delay.js';
import { RelayServer } from './relay/relay-server.js';
import { stopOnSignals } from './stop.js';
import { CarillonLogger } from './telemetry/logger.js';

putHelperThreadsBehind();
await start(configOrExit());

async function start(config: Config): Promise<void> {
  const logger = new CarillonLogger(config);
  // A promise that nobody awaited is a defect, but no reason to drop every connection.
  process.on('unhandledRejection', (error) => logger.error(error, 'Unhandled rejection'));
  process.on('uncaughtException', (error) => {
    logger.fatal(error, 'Uncaught exception');
    process.exit(1);
  });

  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(config), {
    logger,
    bodyParser: false,
    forceCloseConnections: true,
  });
  configureHttp(app, config);
  const admission = app.get(Admission, { strict: false });
  const trust: unknown = app.getHttpAdapter().getInstance().get('trust proxy fn');
  if (isTrust(trust)) admission.isTrustedProxy = (address) => trust(address, 0);
  const handshake = app.get(HandshakeGuard, { strict: false });
  const commands = app.get(CommandDispatcher, { strict: false });
  const loopDelay = app.get(LoopDelay, { strict: false });
  app.useWebSocketAdapter(
    new SocketAdapter(app, config, admission, handshake, commands, loopDelay),
  );
  app.connectMicroservice<MicroserviceOptions>(
    { strategy: app.get(RelayServer) },
    { inheritAppConfig: true },
  );
  stopOnSignals(app, config, logger);
  await app.startAllMicroservices();
  await app.listen(config.port, config.host);
  app.get(InstanceState, { strict: false }).listening();
  announce(config, await app.getUrl(), logger);
}

function announce(config: Config, url: string, logger: CarillonLogger): void {
  if (config.broker === 'memory') {
    logger.log('The embedded broker is used: one instance, nothing kept after a stop.');
  }
  if (config.ephemeralAdminKey !== null) {
    logger.log({ message: `Admin key for this run: ${config.ephemeralAdminKey}` });
  }
  logger.log({ message: 'listening', url });
}

function configOrExit(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) process.stderr.write(`${problem}\n`);
    process.exit(EXIT_BAD_CONFIG);
  }
}

/** Express keeps the compiled TRUST_PROXY under a name of its own, untyped. */
function isTrust(value: unknown): value is (address: string, hop: number) => boolean {
  return typeof value === 'function';
}
