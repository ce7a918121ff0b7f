/** What `npm install` runs last: see {@link buildDashboard}. Exits 1 with a sentence where the sources do not build. */
import { buildDashboard } from './dashboard-build.ts';
import { GracelineError } from './errors.ts';

try {
  await buildDashboard();
} catch (error) {
  if (!(error instanceof GracelineError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
