import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atExit } from '../processes/at-exit.js';
import { Child } from '../processes/child.js';
import { findOnPath } from '../processes/find-on-path.js';
import { freePort } from '../processes/free-port.js';
import { untilListening } from '../processes/until-listening.js';
import type { Peer } from './peer.js';
import { startOnRedis } from './redis-backed.js';

const PROGRAM = 'centrifugo';

/** Centrifugo with its Redis engine, history and recovery, as ours: the strongest peer, written in Go. */
export const centrifugo: Peer = {
  name: 'centrifugo',
  title: 'Centrifugo, Redis engine, history of 100 with recovery',
  missing: () =>
    findOnPath(PROGRAM) === null ? 'there is no centrifugo on the PATH: see bench/README.md' : null,

  start(options) {
    const folder = mkdtempSync(path.join(tmpdir(), 'carillon-bench-'));
    const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
    const removed = atExit(removeFolder);
    const secret = randomBytes(32).toString('hex');
    return startOnRedis({
      name: centrifugo.name,
      dialect: { name: 'centrifugo', secret },
      instances: options.instances,
      redisCore: options.redisCore,
      startOne: async (url, index) => {
        const port = await freePort();
        const file = path.join(folder, `${index}.json`);
        writeFileSync(file, JSON.stringify(configuration(port, url, secret)));
        const program = findOnPath(PROGRAM) ?? PROGRAM;
        const child = new Child(centrifugo.name, 'measured', program, ['--config', file]);
        await child.announced(/serving websocket/);
        await untilListening(port);
        return { port, child };
      },
      cleanUp: () => {
        removed();
        removeFolder();
      },
    });
  },
};

function configuration(port: number, url: string, secret: string): object {
  return {
    http_server: { address: '127.0.0.1', port: String(port) },
    log: { level: 'info' },
    // Nothing leaves this machine.
    usage_stats: { disabled: true },
    client: { token: { hmac_secret_key: secret } },
    engine: { type: 'redis', redis: { address: url } },
    channel: {
      namespaces: [
        {
          name: 'bench',
          history_size: 100,
          history_ttl: '300s',
          force_positioning: true,
          force_recovery: true,
          allow_subscribe_for_client: true,
          allow_publish_for_client: true,
        },
      ],
    },
  };
}
