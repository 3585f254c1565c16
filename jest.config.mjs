const swc = (tsx) => [
  '@swc/jest',
  {
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'es6' },
    jsc: {
      target: 'es2023',
      keepClassNames: true,
      parser: { syntax: 'typescript', tsx, decorators: !tsx },
      transform: tsx
        ? { react: { runtime: 'automatic' } }
        : { legacyDecorator: true, decoratorMetadata: true },
    },
  },
];

const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: {
    '^@carillon/sdk$': '<rootDir>/client/sdk/src/index.ts',
    '^@carillon/protocol/(.*)\\.js$': '<rootDir>/src/protocol/$1.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '\\.ts$': swc(false), '\\.tsx$': swc(true) },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/client/[^/]+/dist'],
};

/** One project per kind of need: `npm test` runs them in this order of cost. */
const project = (name, folders) => ({
  ...base,
  displayName: name,
  testRegex: folders.map((folder) => `/${folder}/.*\\.spec\\.ts$`),
});

export default {
  // Two workers on a small machine; the limit keeps ES module graphs from piling up in one of them.
  maxWorkers: 2,
  workerIdleMemoryLimit: '400MB',
  coverageProvider: 'v8',
  testTimeout: 30_000,
  projects: [
    project('unit', ['test/unit', 'client/sdk/test', 'client/chat/test', 'client/cli/test']),
    project('contract', ['test/contract']),
    project('integration', ['test/integration']),
    project('cluster', ['test/cluster']),
    // `npm run test:faults` runs it, as many injections as it is told; `npm test` does not.
    project('faults', ['test/faults']),
    project('browser', ['test/browser']),
    // Not about behaviour: `npm run check` runs it, `npm test` does not.
    project('tidy', ['test/tidy']),
  ],
};
