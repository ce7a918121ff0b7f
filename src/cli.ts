/** The command line: `npm run graceline -- COMMAND`. Acts as an operator, on DATABASE_URL or the embedded PostgreSQL. */
import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runImportAccounts } from './accounts/import/run-import-accounts.ts';
import { type Actor, ROLES } from './auth/actor.ts';
import { SCOPES } from './auth/scopes.rules.ts';
import type { NewToken } from './auth/tokens.rules.ts';
import { compose } from './compose.ts';
import { type Config, readConfig } from './config.ts';
import { findEmbeddedPostgres, startEmbeddedPostgres } from './db/embedded.ts';
import { GracelineError } from './errors.ts';
import { adoptLog } from './events/adoption.ts';
import { filterOf } from './events/events.routes.ts';
import { ndjson } from './events/ndjson.ts';
import { runVerifyLog } from './events/run-verify-log.ts';
import { parseNoted } from './events/verify-log.ts';
import type { House } from './house.ts';
import { createLogger } from './logger.ts';
import { isInFourDigits } from './migrations/dates.rules.ts';
import { renderPage } from './migrations/page-render.ts';
import { wordsFor } from './process.ts';
import { localEncryptionKeys } from './secrets/encryption-keys.ts';
import { runRotateSecrets } from './secrets/run-rotate-secrets.ts';

const ACTOR: Actor = { role: 'OPERATOR', subject: 'command line', administratorId: null, tokenId: null, scopes: [] };

const program = new Command('graceline')
  .usage('COMMAND')
  .description('Works on the catalogue and the accounts as an operator. Uses DATABASE_URL, or the embedded PostgreSQL of npm start.')
  .showHelpAfterError('(add --help for how it is used)');

program
  .command('import')
  .description('read a Markdown page of migrations into the catalogue: all of it or nothing')
  .argument('FILE', 'the page')
  .action((file: string) =>
    withHouse(async ({ imports }) => {
      const { created, updated, unchanged } = await imports.importPage(ACTOR, await readText(file));
      for (const key of created) say(`created    ${key}`);
      for (const key of updated) say(`updated    ${key}`);
      for (const key of unchanged) say(`unchanged  ${key}`);
      say(`${created.length} created, ${updated.length} updated, ${unchanged.length} unchanged`);
    }),
  );

program
  .command('export')
  .description('print the catalogue as the page that import reads')
  .action(() =>
    withHouse(async ({ migrations, config }) => process.stdout.write(renderPage(await migrations.published(), config.PLATFORM_NAME))),
  );

program
  .command('import-accounts')
  .description('create and update accounts from NDJSON or CSV; resumes where it was stopped')
  .argument('FILE', 'one account a line; see README.md for its fields')
  .option('--rejects <FILE>', 'where lines that cannot be taken are put with the reason (default: FILE.rejects.ndjson)')
  .action((file: string, { rejects }: { rejects?: string }) =>
    withHouse(async ({ db, wake, clock }) => {
      const stopping = new AbortController();
      process.once('SIGINT', () => stopping.abort());
      const report = await runImportAccounts(db, wake, clock, ACTOR, {
        file,
        rejectsFile: rejects,
        output: process.stderr,
        signal: stopping.signal,
      });
      if (!report.finished) process.exitCode = 1;
    }),
  );

program
  .command('rotate-secrets')
  .description('seal everything anew with the first of ENCRYPTION_KEYS, while the API and the workers go on; then older keys can go')
  .action(() =>
    withHouse(async ({ db, secrets }) => {
      const stopping = new AbortController();
      process.once('SIGINT', () => stopping.abort());
      if (!(await runRotateSecrets(db, secrets, process.stderr, stopping.signal))) process.exitCode = 1;
    }),
  );

program
  .command('token')
  .description('make a token; it is printed this once')
  .addOption(new Option('--role <ROLE>', 'what its bearer may do').choices(ROLES).makeOptionMandatory())
  .requiredOption('--subject <NAME>', 'who acts with it, as the event log names them')
  .option('--name <NAME>', 'what lists call it', 'made on the command line')
  .option('--administrator <ID>', 'the administrator it belongs to (for that role)')
  .option('--account <ID...>', 'accounts it may act for (for partners)')
  .option('--all-accounts', 'it may act for every account, those to come included (for partners)')
  .option('--scope <SCOPE...>', `what a partner may do with it: ${SCOPES.join(', ')}`)
  .option('--expires <INSTANT>', 'from when on it no longer counts, e.g. 2027-01-01T00:00:00Z', instant)
  .action(({ administrator, account, scope, expires, ...rest }: TokenOptions) =>
    withHouse(async ({ tokens }) => {
      const { token } = await tokens.createToken(ACTOR, {
        ...rest,
        administratorId: administrator,
        accounts: account,
        scopes: scope,
        expiresAt: expires,
      });
      say(token);
    }),
  );

program
  .command('adopt-log')
  .description('renumber the event log of a database that was restored into another PostgreSQL; stop the API and the workers first')
  .action(() =>
    withHouse(async ({ db }) => {
      // Afterwards nobody can tell any more: a place is part of each hash.
      say((await runVerifyLog(db, process.stderr)).summary);
      say(`${await adoptLog(db)} events renumbered; a worker chains them anew, from the hash the chain ended with`);
    }),
  );

program
  .command('verify-log')
  .description('prove that nobody changed the event log; exits 1 and names the first place where somebody did')
  .option('--noted <PLACE:HASH>', 'what an earlier run printed, to be found again')
  .action(({ noted }: { noted?: string }) =>
    withHouse(async ({ db }) => {
      const { whole, summary } = await runVerifyLog(db, process.stderr, noted === undefined ? undefined : parseNoted(noted));
      say(summary);
      if (!whole) process.exitCode = 1;
    }),
  );

program
  .command('export-events')
  .description('print the event log as NDJSON, oldest first')
  .option('--migration <KEY>', 'only of this migration')
  .option('--account <ID>', 'only of this account')
  .option('--types <TYPES>', 'only of these types, e.g. OPTED_IN,OPTED_OUT')
  .option('--actor <NAME>', 'only by whom the log names exactly so')
  .option('--token <ID>', 'only with this token')
  .option('--from <INSTANT>', 'only from this instant on, e.g. 2026-05-01T00:00:00Z')
  .option('--to <INSTANT>', 'only until before this instant')
  .option('--after <CURSOR>', 'only what follows the last cursor of an earlier export')
  .action(({ migration, after, ...given }: Partial<Record<'migration' | 'after', string>> & Parameters<typeof filterOf>[0]) =>
    withHouse(async ({ events, migrations }) => {
      const migrationId = migration === undefined ? undefined : (await migrations.migration(ACTOR, migration)).id;
      const pages = await events.export(() => Promise.resolve(ACTOR), { ...filterOf(given), migrationId }, after ?? null);
      await pipeline(ndjson(pages), process.stdout, { end: false }).catch(unlessClosed);
    }),
  );

program
  .command('migrate')
  .description('bring the database to the schema of this code')
  .action(() => withHouse(() => Promise.resolve(say('The database has the schema of this code.'))));

interface TokenOptions extends Pick<NewToken, 'name' | 'role' | 'subject'> {
  readonly administrator?: string;
  readonly account?: string[];
  readonly allAccounts?: boolean;
  readonly scope?: string[];
  readonly expires?: Date;
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${wordsFor(error)}\n`);
  process.exitCode = 1;
}

/** Runs a command on a database that is up to date, and lets go of everything, also where it fails. */
async function withHouse(work: (house: House) => Promise<unknown>): Promise<void> {
  const config = readConfig();
  const found = config.DATABASE_URL ?? (await findEmbeddedPostgres(config.DATA_DIR));
  const own = found ? null : await startEmbeddedPostgres(config.DATA_DIR);
  try {
    const house = await compose(
      { ...config, DATABASE_URL: found ?? own!.url, ENCRYPTION_KEYS: await encryptionKeys(config) },
      createLogger({ ...config, LOG_LEVEL: 'warn' }, 'graceline'),
    );
    try {
      await house.db.migrate();
      await work(house);
    } finally {
      await house.close();
    }
  } finally {
    await own?.stop();
  }
}

/** The embedded PostgreSQL has its key in a file beside it, as npm start uses it. */
async function encryptionKeys({ DATABASE_URL, DATA_DIR, ENCRYPTION_KEYS }: Config): Promise<Config['ENCRYPTION_KEYS']> {
  if (DATABASE_URL || ENCRYPTION_KEYS.length > 0) return ENCRYPTION_KEYS;
  return [...(await localEncryptionKeys(DATA_DIR)).keys];
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const why = error instanceof TypeError ? 'it is not UTF-8 text' : (error as Error).message;
    throw new GracelineError('INVALID_FILE', `Cannot read ${file}: ${why}. Give a Markdown page.`, {}, { cause: error });
  }
}

function instant(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()) || !isInFourDigits(date))
    throw new InvalidArgumentError('Give an instant such as 2027-01-01T00:00:00Z.');
  return date;
}

/** Who reads only the beginning, as `head` does, closes the pipe; that is no failure. */
function unlessClosed(error: unknown): void {
  if (!['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
