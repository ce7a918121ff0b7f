/** How long this thread has worked, in ms: what else the machine did meanwhile does not count, as it does with the clock on the wall. */
export function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
