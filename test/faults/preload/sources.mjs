// Loaded into a process that is part of the suite: it runs the sources, as jest does, not what was
// built of them. Nothing can be stale then, and a bug that was planted in the sources is there too.
import { transformSync } from '@swc/core';
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const root = new URL('../../../', import.meta.url);

// The hooks run in a thread of their own, which loads this file for them.
if (isMainThread) register(import.meta.url);

export function resolve(specifier, context, next) {
  const named = sourceOf(specifier, context.parentURL ?? '');
  return next(named ?? specifier, context);
}

export function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'es6' },
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
  });
  return { format: 'module', source: code, shortCircuit: true };
}

/** Null for what is found as it is named. */
function sourceOf(specifier, parent) {
  if (specifier === '@carillon/sdk') return new URL('client/sdk/src/index.ts', root).href;
  const protocol = /^@carillon\/protocol\/(.*)\.js$/.exec(specifier);
  if (protocol !== null) return new URL(`src/protocol/${protocol[1]}.ts`, root).href;
  const isOurs = parent.endsWith('.ts') && /^\.{1,2}\/.*\.js$/.test(specifier);
  return isOurs ? specifier.replace(/\.js$/, '.ts') : null;
}
