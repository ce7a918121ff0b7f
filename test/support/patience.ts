/** How long tests wait for what has to come, in one place. Waiting for a condition costs nothing where it comes true. */

/** For anything that should come at once, on a machine that runs much else at the same time. In ms. */
export const PATIENCE_MS = 60_000;

/** For a process that is started: to compile and load everything is seconds of work, on a machine that is busy with others. In ms. */
export const START_PATIENCE_MS = 2 * PATIENCE_MS;

/** For a test or hook: longer than what it waits for in vain, because that says what did not come, and the end of a test does not. In ms. */
export const TEST_LIMIT_MS = 3 * PATIENCE_MS;

/** The same for what does much one after the other, such as a story told by clicking. In ms. */
export const LONG_TEST_LIMIT_MS = 5 * PATIENCE_MS;
