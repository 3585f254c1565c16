import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { root } from './tracked-files.js';

/**
 * Each rule with an import that it must refuse: `from` imports `to`. A path is imported as a
 * relative one, anything else as a package. `type` makes it an import of types alone.
 */
const refused: { rule: string; from: string; to: string; type?: true }[] = [
  { rule: 'no-cycles', from: 'src/kernel/hen.ts', to: 'src/kernel/egg.ts' },
  {
    rule: 'no-cycles-between-folders',
    from: 'src/broker/wheel.port.ts',
    to: 'src/presence/wheel.port.ts',
    type: true,
  },
  { rule: 'resolvable', from: 'src/kernel/lost.ts', to: 'no-such-package' },
  { rule: 'protocol-stands-alone', from: 'src/protocol/a.ts', to: 'src/kernel/clock.ts' },
  { rule: 'protocol-needs-zod-alone', from: 'src/protocol/b.ts', to: 'some-package' },
  { rule: 'protocol-needs-zod-alone', from: 'src/protocol/c.ts', to: 'node:fs' },
  { rule: 'kernel-stands-alone', from: 'src/kernel/a.ts', to: 'src/protocol/message.ts' },
  { rule: 'kernel-stands-alone', from: 'src/kernel/b.ts', to: 'some-package' },
  {
    rule: 'foundations-know-no-feature',
    from: 'src/telemetry/a.ts',
    to: 'src/presence/presence.service.ts',
  },
  {
    rule: 'foundations-know-no-feature',
    from: 'src/redis/a.ts',
    to: 'src/broker/broker.port.ts',
    type: true,
  },
  {
    rule: 'ports-name-no-implementation',
    from: 'src/presence/a.port.ts',
    to: 'src/presence/roster.ts',
    type: true,
  },
  {
    rule: 'vocabulary-is-pure',
    from: 'src/identity/caller.ts',
    to: 'src/identity/token-verifier.ts',
    type: true,
  },
  {
    rule: 'adapters-serve-their-own-port',
    from: 'src/presence/redis/a.ts',
    to: 'src/limits/bucket.ts',
  },
  {
    rule: 'adapters-call-no-service',
    from: 'src/presence/memory/a.ts',
    to: 'src/presence/presence.service.ts',
  },
  {
    rule: 'only-modules-bind-adapters',
    from: 'src/presence/presence.service.ts',
    to: 'src/presence/memory/memory-presence.ts',
  },
  {
    rule: 'only-modules-bind-adapters',
    from: 'src/gateway/a.ts',
    to: 'src/presence/redis/redis-presence.ts',
    type: true,
  },
  {
    rule: 'modules-bind-their-own-adapters',
    from: 'src/limits/limits.module.ts',
    to: 'src/presence/redis/redis-presence.ts',
  },
  {
    rule: 'adapters-do-not-mix',
    from: 'src/presence/redis/b.ts',
    to: 'src/presence/memory/memory-presence.ts',
  },
  { rule: 'features-have-one-front-door', from: 'src/limits/a.ts', to: 'src/presence/roster.ts' },
  {
    rule: 'features-have-one-front-door',
    from: 'src/admin/a.controller.ts',
    to: 'src/presence/roster.ts',
    type: true,
  },
  { rule: 'handles-are-only-named', from: 'src/gateway/b.ts', to: 'src/delivery/session.ts' },
  {
    rule: 'features-know-no-edge',
    from: 'src/presence/a.ts',
    to: 'src/gateway/session-gateway.ts',
  },
  {
    rule: 'edges-know-no-other-edge',
    from: 'src/relay/a.ts',
    to: 'src/gateway/session-gateway.ts',
  },
  { rule: 'redis-is-for-adapters', from: 'src/presence/b.ts', to: 'src/redis/keys.ts' },
  { rule: 'ioredis-is-for-adapters', from: 'src/presence/c.ts', to: 'ioredis', type: true },
  { rule: 'modules-are-for-modules', from: 'src/limits/b.ts', to: 'src/limits/limits.module.ts' },
  { rule: 'production-needs-no-dev-dependency', from: 'src/limits/c.ts', to: 'some-dev-package' },
  { rule: 'src-is-for-the-server', from: 'src/limits/d.ts', to: 'client/sdk/src/index.ts' },
  {
    rule: 'clients-know-the-protocol-alone',
    from: 'client/sdk/src/a.ts',
    to: 'src/kernel/clock.ts',
  },
  {
    rule: 'clients-import-packages-by-name',
    from: 'client/chat/src/a.ts',
    to: 'src/protocol/message.ts',
  },
  { rule: 'the-sdk-knows-no-page', from: 'client/sdk/src/b.ts', to: 'client/chat/src/look.ts' },
  { rule: 'nothing-needs-tests', from: 'src/limits/e.ts', to: 'test/support/eventually.ts' },
];

/** Imports that must pass, so that no rule bites more than it should. */
const allowed: { from: string; to: string; type?: true }[] = [
  { from: 'src/protocol/message.ts', to: 'zod' },
  { from: 'src/kernel/clock.ts', to: 'node:perf_hooks' },
  { from: 'src/broker/broker.port.ts', to: 'src/broker/position.ts', type: true },
  { from: 'src/broker/redis/redis-broker.ts', to: 'src/redis/keys.ts' },
  { from: 'src/broker/redis/redis-broker.ts', to: 'ioredis' },
  { from: 'src/broker/redis/redis-broker.ts', to: 'src/broker/broker.port.ts', type: true },
  { from: 'src/broker/broker.module.ts', to: 'src/broker/redis/redis-broker.ts' },
  { from: 'src/channels/channels.service.ts', to: 'src/presence/presence.service.ts' },
  { from: 'src/channels/channels.service.ts', to: 'src/broker/broker.port.ts', type: true },
  { from: 'src/channels/channels.service.ts', to: 'src/identity/caller.ts', type: true },
  { from: 'src/gateway/session-gateway.ts', to: 'src/channels/channels.service.ts' },
  { from: 'src/gateway/session-gateway.ts', to: 'src/delivery/session.ts', type: true },
  { from: 'src/gateway/gateway.module.ts', to: 'src/channels/channels.module.ts' },
  { from: 'src/app.module.ts', to: 'src/gateway/gateway.module.ts' },
  { from: 'src/main.ts', to: 'src/app.module.ts' },
  { from: 'client/sdk/src/index.ts', to: '@carillon/protocol/message.js', type: true },
  { from: 'client/chat/src/look.ts', to: '@carillon/sdk' },
  { from: 'client/sdk/test/a.spec.ts', to: 'client/sdk/src/index.ts' },
  { from: 'test/unit/a.spec.ts', to: 'src/presence/roster.ts' },
];

interface Violation {
  readonly rule: string;
  readonly from: string;
}

let folder: string;
let violations: Violation[];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'carillon-layers-'));
  writeProject([
    ...refused,
    ...allowed,
    // The ways back of the two cycles.
    { from: 'src/kernel/egg.ts', to: 'src/kernel/hen.ts' },
    { from: 'src/presence/wheel.port.ts', to: 'src/broker/wheel.port.ts', type: true },
  ]);
  violations = cruise();
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(refused)('$rule refuses that $from imports $to', ({ rule, from, to }) => {
  // A cycle is told once, of whichever of its files came first.
  const files = rule.startsWith('no-cycles') ? [from, to] : [from];
  const found = violations.filter((it) => it.rule === rule && files.includes(it.from));
  expect(found).toHaveLength(1);
});

test.each(allowed)('$from may import $to', ({ from }) => {
  expect(violations.filter((violation) => violation.from === from && !isRefused(from))).toEqual([]);
});

test('every rule is proved', async () => {
  const config = (await import(path.join(root, '.dependency-cruiser.mjs'))) as {
    default: { forbidden: { name: string }[] };
  };
  const rules = config.default.forbidden.map(({ name }) => name);
  expect(new Set(refused.map(({ rule }) => rule))).toEqual(new Set(rules));
});

function isRefused(from: string): boolean {
  return refused.some((it) => it.from === from);
}

function writeProject(imports: readonly { from: string; to: string; type?: true }[]): void {
  const texts = new Map<string, string>();
  for (const { from, to, type } of imports) {
    const isFile = /^(src|client|test)\//.test(to);
    if (isFile && !texts.has(to)) texts.set(to, '');
    const relative = path.relative(path.dirname(from), to).replace(/\.ts$/, '.js');
    const specifier = isFile ? (relative.startsWith('.') ? relative : `./${relative}`) : to;
    const text = type ? `import type { it } from '${specifier}';` : `import '${specifier}';`;
    texts.set(from, `${texts.get(from) ?? ''}${text}\n`);
  }
  for (const [file, text] of texts) write(file, `${text}export const it = 1;\n`);

  cpSync(path.join(root, 'tsconfig.json'), path.join(folder, 'tsconfig.json'));
  cpSync(
    path.join(root, 'src/protocol/package.json'),
    path.join(folder, 'src/protocol/package.json'),
  );
  write('client/sdk/package.json', '{ "name": "@carillon/sdk", "exports": "./src/index.ts" }');
  for (const name of ['zod', 'ioredis', 'some-package', 'some-dev-package']) {
    write(`node_modules/${name}/package.json`, `{ "name": "${name}", "main": "index.js" }`);
    write(`node_modules/${name}/index.js`, '');
  }
  mkdirSync(path.join(folder, 'node_modules/@carillon'));
  symlinkSync('../../src/protocol', path.join(folder, 'node_modules/@carillon/protocol'));
  symlinkSync('../../client/sdk', path.join(folder, 'node_modules/@carillon/sdk'));
  const manifest = {
    type: 'module',
    workspaces: ['src/protocol', 'client/sdk'],
    dependencies: { zod: '1.0.0', ioredis: '1.0.0', 'some-package': '1.0.0' },
    devDependencies: { 'some-dev-package': '1.0.0' },
  };
  write('package.json', JSON.stringify(manifest));
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

function cruise(): Violation[] {
  const output = execFileSync(
    process.execPath,
    [
      path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['--config', path.join(root, '.dependency-cruiser.mjs')],
      ...['--output-type', 'json', 'src', 'client', 'test'],
    ],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const report = JSON.parse(output) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  return report.summary.violations.map(({ from, rule }) => ({ rule: rule.name, from }));
}
