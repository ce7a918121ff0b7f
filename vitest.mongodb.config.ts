/** `npm run test:mongo`: whatever starts a worker and looks at what it does, with the ticks of its Agenda in MongoDB. */
import { defineConfig } from 'vitest/config';
import { LANES } from './test/support/lanes.ts';
import base from './vitest.config.ts';

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    // Before PostgreSQL, because without a MongoDB there is nothing to do.
    globalSetup: ['test/support/mongodb.setup.ts', 'test/support/postgres.setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/faults/{deadline,mongodb}.test.ts', 'test/integration/worker*.test.ts'],
          maxWorkers: LANES,
        },
      },
      // As in vitest.config.ts, and for the same reason.
      { extends: true, test: { name: 'alone', include: ['test/faults/{agenda,user-mail}.test.ts'], fileParallelism: false } },
    ],
  },
});
