import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2, // the tests wait for servers more than they reckon
    setupFiles: ['test/support/no-orphans.ts'],
    reporters: ['default', './test/support/reporter.ts'],
    passWithNoTests: false,
    allowOnly: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/flow/**', 'test/ui/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          include: ['test/flow/**/*.test.ts', 'test/ui/**/*.test.ts'],
          globalSetup: ['test/support/shared-servers.ts'],
        },
      },
    ],
  },
});
