import { startServer } from '../support/postgres.setup.ts';

/**
 * Runs a campaign that harms no PostgreSQL on one of its own, which goes when the campaign ends, however it ends.
 *
 * @param run is given the connection string of a migrated database
 */
export async function onServer(run: (databaseUrl: string) => Promise<void>): Promise<void> {
  const server = await startServer();
  try {
    await run(server.url);
  } finally {
    await server.stop();
  }
}
