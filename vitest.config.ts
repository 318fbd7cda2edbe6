import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2 * availableParallelism(), // most files wait for servers; beside them those that reckon have the cores
    setupFiles: ['test/support/no-orphans.ts'],
    reporters: ['default', './test/support/reporter.ts'],
    passWithNoTests: false,
    allowOnly: false,
    // What hangs is named by the wait that it hangs in; these are for what nothing waits for, on a machine with other work.
    testTimeout: 120_000,
    hookTimeout: 120_000,
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
          globalSetup: ['test/support/servers/shared-servers.ts'],
        },
      },
    ],
  },
});
