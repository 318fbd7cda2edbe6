import type { ServerAddress } from './server.ts';

// What the shared servers' start hands to the test files.
declare module 'vitest' {
  export interface ProvidedContext {
    readonly servers: readonly ServerAddress[];
  }
}
