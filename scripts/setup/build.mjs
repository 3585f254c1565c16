import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { contentHash } from './content-hash.mjs';
import { npm } from './npm.mjs';
import { waiting } from './progress.mjs';
import { root } from './root.mjs';
import { run } from './run.mjs';

const shared = ['package-lock.json', 'tsconfig.json', 'scripts/setup/build.mjs'];

/** What is built: from what, into what, after what. */
const targets = {
  server: {
    sources: ['src', 'tsconfig.build.json', 'scripts/copy-lua.mjs', ...shared],
    folder: 'dist',
    result: 'dist/main.js',
    build: async () => {
      // Through node: the commands in node_modules/.bin are shell scripts on some systems.
      await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
      await run(process.execPath, ['scripts/copy-lua.mjs']);
    },
  },
  sdk: {
    sources: ['client/sdk', 'src/protocol', ...shared],
    folder: 'client/sdk/dist',
    result: 'client/sdk/dist/index.js',
    build: () => npm(['run', 'build', '-w', 'client/sdk']),
  },
  chat: {
    sources: ['client/chat', 'client/sdk', 'src/protocol', ...shared],
    folder: 'client/chat/dist',
    result: 'client/chat/dist/index.html',
    build: () => npm(['run', 'build', '-w', 'client/chat']),
  },
  cli: {
    sources: ['client/cli', 'client/sdk', ...shared],
    folder: 'client/cli/dist',
    result: 'client/cli/dist/main.js',
    build: () => npm(['run', 'build', '-w', 'client/cli']),
  },
};

/**
 * Builds those of these targets whose sources have changed since they were built.
 *
 * @param names in order: the chat and the command line need the SDK
 */
export async function build(names = Object.keys(targets), { force = false } = {}) {
  for (const name of names) {
    const target = targets[name];
    const wanted = contentHash(target.sources);
    if (!force && isBuilt(name, wanted)) continue;
    await waiting(`building the ${name}`, async () => {
      rmSync(stampOf(name), { force: true });
      // Also what is left of files that are no longer there.
      rmSync(path.join(root, target.folder), { recursive: true, force: true });
      await target.build();
    });
    mkdirSync(path.dirname(stampOf(name)), { recursive: true });
    writeFileSync(stampOf(name), wanted);
  }
}

function isBuilt(name, wanted) {
  const stamp = stampOf(name);
  return (
    existsSync(path.join(root, targets[name].result)) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === wanted
  );
}

function stampOf(name) {
  return path.join(root, 'node_modules/.cache/carillon', `${name}.built`);
}
