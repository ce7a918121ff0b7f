import { defineConfig } from 'vitest/config';
import { LANES } from './test/support/lanes.ts';
import { PATIENCE_MS, TEST_LIMIT_MS } from './test/support/patience.ts';

/** Files that expect things within a second of what they take, or compare times: another beside them would be measured as well. */
const MEASURED = [
  'test/faults/agenda.test.ts',
  'test/faults/bombs.test.ts',
  'test/faults/user-mail.test.ts',
  'test/integration/flags.test.ts',
  'test/integration/http-server.test.ts',
  'test/integration/password-reset-timing.test.ts',
  'test/integration/usage.test.ts',
  'test/integration/user-mail-fairness.test.ts',
  'test/integration/user-mail.test.ts',
  'test/integration/webhook-requests.test.ts',
];

/** What makes sense with a MongoDB alone; run by `npm run test:mongo`. */
const ON_MONGODB = ['test/faults/mongodb.test.ts'];

export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  // graphql ships a CommonJS and an ES build; two copies in one process refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    pool: 'forks',
    globalSetup: ['test/support/postgres.setup.ts'],
    testTimeout: TEST_LIMIT_MS,
    hookTimeout: TEST_LIMIT_MS,
    expect: { poll: { timeout: PATIENCE_MS } },
    sequence: { shuffle: { files: true } },
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...MEASURED, ...ON_MONGODB],
          maxWorkers: LANES,
        },
      },
      { extends: true, test: { name: 'alone', include: MEASURED, fileParallelism: false } },
    ],
  },
});
