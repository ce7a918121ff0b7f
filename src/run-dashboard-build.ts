/**
 * `npm run build`: see {@link buildDashboard}. Exits 1 with a sentence where there is no dashboard afterwards. With
 * `--where-possible`, as `npm install` runs it last, an installation without the packages of development is told so and goes on.
 */
import { buildDashboard, DASHBOARD_NOT_BUILT } from './dashboard-build.ts';
import { GracelineError } from './errors.ts';

try {
  if (!(await buildDashboard())) {
    process.stderr.write(`DASHBOARD_NOT_BUILT: ${DASHBOARD_NOT_BUILT}\n`);
    if (!process.argv.includes('--where-possible')) process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof GracelineError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
