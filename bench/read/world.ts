/** The platform whose pages are read, and the documents that read them. */
import { readFileSync } from 'node:fs';
import { parse, print, separateOperations } from 'graphql';
import { pino } from 'pino';
import { SYSTEM } from '../../src/auth/actor.ts';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { ACCOUNTS, fill } from '../check/http.ts';

/** Migrations on a page of the catalogue. */
export const PAGE_SIZE = 20;
const OPERATOR = { ...SYSTEM, role: 'OPERATOR', subject: 'olga@platform.example' } as const;

/** The account page of the dashboard. */
export const ACCOUNT_PAGE = operationOf('../../src/dashboard/administrator/account.graphql', 'OwnAccount');
/** The list of migrations, as clients of the API read it. */
export const MIGRATIONS = operationOf('../../schema/operations/migrations.graphql', 'Migrations');

/**
 * Fills an empty database: 20 migrations in their grace period with the texts people write, 1,000 accounts.
 *
 * @returns the token of somebody who administers them all
 */
export async function fillReads(databaseUrl: string): Promise<string> {
  await fill(databaseUrl);
  const house = await compose(readConfig({ DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent' }), pino({ level: 'silent' }));
  try {
    await house.calendar.advance();
    await house.db.query(
      `update migration set title = 'From **' || key || '** to its successor', guide_url = 'https://platform.example/guides/' || key,
              description = repeat('What changes, whom it touches and what to do about it before the deadline. ', 15)`,
    );
    await house.db.query(`update account set plan = 'enterprise', region = 'eu-central', attributes = '{"tier": "gold", "seats": 250}'`);
    const administrator = { email: 'ada@customer.example', name: 'Ada', accounts: ACCOUNTS };
    const { id } = await house.accounts.createAdministrator(OPERATOR, administrator);
    const asked = { name: 'bench', role: 'ADMINISTRATOR', subject: administrator.email, administratorId: id } as const;
    const { token } = await house.tokens.createToken(OPERATOR, asked);
    await house.db.query('vacuum analyze');
    return token;
  } finally {
    await house.close();
  }
}

function operationOf(file: string, name: string): string {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return print(separateOperations(parse(text))[name]!);
}
