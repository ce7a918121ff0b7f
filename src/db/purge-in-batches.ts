/**
 * Deletes or blanks what is past its retention, a statement at a time, so that none holds its locks for long.
 *
 * @param limit how many rows a statement takes at most
 * @param purge one statement. @returns how many rows it took
 * @param signal stops it after the statement under way
 * @returns how many rows were taken
 */
export async function purgeInBatches(limit: number, purge: (limit: number) => Promise<number>, signal?: AbortSignal): Promise<number> {
  for (let taken = 0; ;) {
    const batch = await purge(limit);
    taken += batch;
    if (batch < limit || signal?.aborted) return taken;
  }
}
