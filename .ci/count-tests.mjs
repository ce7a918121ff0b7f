/**
 * Prints "PASSED FAILED" of a JSON report of vitest. What made the run fail without a failed test counts as one failure:
 * a file that does not load, an error outside of any test, a report that was never written.
 *
 * Arguments: the report, and the exit status of the run.
 */
import { readFileSync } from 'node:fs';

const [file, status] = process.argv.slice(2);
const { passed, failed } = read(file);
console.log(`${passed} ${failed === 0 && (status !== '0' || passed === 0) ? 1 : failed}`);

function read(path) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path, 'utf8'));
    const filesThatDidNotLoad = testResults.filter(
      (result) => result.status === 'failed' && result.assertionResults.every((test) => test.status !== 'failed'),
    );
    return { passed: numPassedTests, failed: numFailedTests + filesThatDidNotLoad.length };
  } catch (error) {
    console.error(`The tests left no report: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}
