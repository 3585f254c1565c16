// Who may import whom. `test/tidy/layers.spec.ts` proves that every rule here bites.
//
//   protocol, kernel ← config, telemetry, redis ← ports ← adapters
//   features use ports and other features' *.service.ts; edges use services; modules bind adapters

const base = '^src/(protocol|kernel)/';
const foundations = '^src/(protocol|kernel|config|telemetry|redis)/';
const edges = '^src/(gateway|relay|admin)/';
const port = '\\.port\\.ts$';
const service = '\\.service\\.ts$';
const module = '(\\.module|^src/main)\\.ts$';
const adapter = '^src/[^/]+/(memory|redis)/';

/**
 * The words of a feature that everybody speaks: what a caller is, what a position is. Pure files,
 * which import nothing but the base, ports and each other, so they weigh nothing on who uses them.
 */
const vocabulary = [
  '^src/broker/(continuity|log-entry|open-packet|position)\\.ts$',
  '^src/delivery/(gap-of|reply-page)\\.ts$',
  '^src/identity/(caller|grants|scopes)\\.ts$',
  '^src/presence/presence-note\\.ts$',
];

/** What a service hands out to be held: others may name its type, and only the service makes one. */
const handles = ['^src/delivery/session\\.ts$', '^src/limits/session-limits\\.ts$'];

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Which of the two is loaded first would decide whether the program starts.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-cycles-between-folders',
      comment: 'Not by types alone either; inside a folder two classes may know each other.',
      severity: 'error',
      from: { path: '^((src|client)/[^/]+)/' },
      to: { circular: true, via: { pathNot: '^$1/' } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, pathNot: ['^ioredis$'] },
    },
    {
      name: 'protocol-stands-alone',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: { path: '^(src|client)/', pathNot: '^src/protocol/' },
    },
    {
      name: 'protocol-needs-zod-alone',
      comment: 'It is bundled into browsers.',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'core'],
        pathNot: 'node_modules/zod/',
      },
    },
    {
      name: 'kernel-stands-alone',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { pathNot: '^src/kernel/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'foundations-know-no-feature',
      severity: 'error',
      from: { path: '^src/(config|telemetry|redis)/', pathNot: module },
      to: { path: '^src/', pathNot: foundations },
    },
    {
      name: 'ports-name-no-implementation',
      comment: 'A port is a specification: it may use words, not workers.',
      severity: 'error',
      from: { path: port },
      to: { path: '^src/', pathNot: [base, port, '^src/config/config\\.ts$', ...vocabulary] },
    },
    {
      name: 'vocabulary-is-pure',
      severity: 'error',
      from: { path: vocabulary },
      to: { path: '^src/', pathNot: [base, port, ...vocabulary] },
    },
    {
      name: 'adapters-serve-their-own-port',
      severity: 'error',
      from: { path: '^src/([^/]+)/(memory|redis)/', pathNot: module },
      to: { path: '^src/', pathNot: [foundations, port, ...vocabulary, '^src/$1/'] },
    },
    {
      name: 'adapters-call-no-service',
      severity: 'error',
      from: { path: adapter, pathNot: module },
      to: { path: service },
    },
    {
      name: 'only-modules-bind-adapters',
      severity: 'error',
      from: { path: '^src/', pathNot: [module, adapter] },
      to: { path: adapter },
    },
    {
      name: 'modules-bind-their-own-adapters',
      severity: 'error',
      from: { path: '^src/([^/]+)/.*\\.module\\.ts$' },
      to: { path: adapter, pathNot: '^src/$1/' },
    },
    {
      name: 'adapters-do-not-mix',
      severity: 'error',
      from: { path: '^src/([^/]+)/(memory|redis)/', pathNot: module },
      to: { path: '^src/$1/(memory|redis)/', pathNot: '^src/$1/$2/' },
    },
    {
      name: 'features-have-one-front-door',
      comment:
        "Of another feature: its *.service.ts, its ports, its words. Modules list each other's.",
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: module },
      to: {
        path: '^src/[^/]+/',
        pathNot: [
          foundations,
          '^src/$1/',
          adapter,
          edges,
          service,
          port,
          ...vocabulary,
          ...handles,
        ],
      },
    },
    {
      name: 'handles-are-only-named',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: handles, pathNot: '^src/$1/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'features-know-no-edge',
      comment: 'A feature that must reach sockets declares a port, which the gateway implements.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: [edges, module] },
      to: { path: edges },
    },
    {
      name: 'edges-know-no-other-edge',
      severity: 'error',
      from: { path: '^src/(gateway|relay|admin)/', pathNot: module },
      to: { path: edges, pathNot: '^src/$1/' },
    },
    {
      name: 'redis-is-for-adapters',
      comment:
        'The connections are the business of adapters and of the modules that hand them out.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/redis/', '/redis/', module] },
      to: { path: '^src/redis/' },
    },
    {
      name: 'ioredis-is-for-adapters',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/redis/', '/redis/', module] },
      to: { path: '(^|/)ioredis(/|$)' },
    },
    {
      name: 'modules-are-for-modules',
      severity: 'error',
      from: { path: '^src/', pathNot: module },
      to: { path: '\\.module\\.ts$' },
    },
    {
      name: 'production-needs-no-dev-dependency',
      comment: 'The image is pruned; types are gone by then anyway.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-is-for-the-server',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(client|bench|scripts)/' },
    },
    {
      name: 'clients-know-the-protocol-alone',
      severity: 'error',
      from: { path: '^client/', pathNot: '^client/[^/]+/test/' },
      to: { path: '^src/', pathNot: '^src/protocol/' },
    },
    {
      name: 'clients-import-packages-by-name',
      comment: 'As @carillon/protocol and @carillon/sdk, as anybody else would.',
      severity: 'error',
      from: { path: '^client/([^/]+)/' },
      to: {
        path: '^(src|client)/',
        pathNot: '^client/$1/',
        dependencyTypes: ['local'],
        dependencyTypesNot: ['aliased'],
      },
    },
    {
      name: 'the-sdk-knows-no-page',
      severity: 'error',
      from: { path: '^client/sdk/' },
      to: { path: '^client/', pathNot: '^client/sdk/' },
    },
    {
      name: 'nothing-needs-tests',
      severity: 'error',
      from: { pathNot: '^(test|client/[^/]+/test)/' },
      to: { path: '^(test|client/[^/]+/test)/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^scripts/'] },
    exclude: { path: '(^|/)(dist|coverage)/' },
    // Imports of types count too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
