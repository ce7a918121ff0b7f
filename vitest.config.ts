import { defineConfig } from 'vitest/config';
import { PATIENCE_MS, TEST_LIMIT_MS } from './test/support/patience.ts';

export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  // graphql ships a CommonJS and an ES build; two copies in one process refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    pool: 'forks',
    globalSetup: ['test/support/postgres.setup.ts'],
    include: ['test/**/*.test.ts'],
    testTimeout: TEST_LIMIT_MS,
    hookTimeout: TEST_LIMIT_MS,
    expect: { poll: { timeout: PATIENCE_MS } },
    sequence: { shuffle: { files: true } },
  },
});
