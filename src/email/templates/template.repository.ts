import type { Queryable } from '../../db/database.ts';
import type { TemplateContent, TemplateName } from './template.rules.ts';

/** A mail as an account customised it. */
export interface TemplateRow extends TemplateContent {
  readonly name: TemplateName;
  readonly updatedAt: Date;
}

/** What composing a mail needs of its account. */
export interface TemplateOfAccount {
  readonly accountName: string;
  /** Null where the account has the platform's. */
  readonly template: TemplateRow | null;
}

const COLUMNS = [
  't.name',
  't."from"',
  't.subject',
  't.body',
  't.result_url as "resultUrl"',
  't.link_lifetime_seconds as "linkLifetimeSeconds"',
  't.enabled',
  't.updated_at as "updatedAt"',
].join(', ');

/** The name of an account and its own version of a mail, in one prepared statement; null where there is no such account. */
export async function findTemplateOfAccount(db: Queryable, accountNumber: number, name: TemplateName): Promise<TemplateOfAccount | null> {
  const [row] = await db.queryPrepared<{ accountName: string; name: TemplateName | null } & Omit<TemplateRow, 'name'>>(
    'template of account',
    `select a.name as "accountName", ${COLUMNS}
       from account a left join email_template t on t.account_number = a.number and t.name = $2
      where a.number = $1`,
    [accountNumber, name],
  );
  if (!row) return null;
  const { accountName, name: found, ...template } = row;
  return { accountName, template: found === null ? null : { name: found, ...template } };
}

/** Every mail an account customised, by name: at most as many as there are names. */
export async function findTemplates(db: Queryable, accountNumber: number): Promise<Map<TemplateName, TemplateRow>> {
  const rows = await db.query<TemplateRow>(`select ${COLUMNS} from email_template t where t.account_number = $1`, [accountNumber]);
  return new Map(rows.map((row) => [row.name, row]));
}

/** One of them, held until the transaction ends; null where the account has the platform's. */
export async function lockTemplate(tx: Queryable, accountNumber: number, name: TemplateName): Promise<TemplateRow | null> {
  // A template that is not there yet cannot be locked; the account is, so that two first changes do not overlook each other.
  await tx.query('select from account where number = $1 for no key update', [accountNumber]);
  const [row] = await tx.query<TemplateRow>(`select ${COLUMNS} from email_template t where t.account_number = $1 and t.name = $2`, [
    accountNumber,
    name,
  ]);
  return row ?? null;
}

/** Writes a mail of an account, new or changed. */
export async function saveTemplate(
  tx: Queryable,
  accountNumber: number,
  name: TemplateName,
  { from, subject, body, resultUrl, linkLifetimeSeconds, enabled }: TemplateContent,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into email_template as t (account_number, name, "from", subject, body, result_url, link_lifetime_seconds, enabled, updated_at, version)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
     on conflict (account_number, name) do update
        set "from" = excluded."from", subject = excluded.subject, body = excluded.body, result_url = excluded.result_url,
            link_lifetime_seconds = excluded.link_lifetime_seconds, enabled = excluded.enabled, updated_at = excluded.updated_at,
            version = t.version + 1`,
    [accountNumber, name, from, subject, body, resultUrl, linkLifetimeSeconds, enabled, now],
  );
}

/** Forgets what an account had made of a mail. */
export async function deleteTemplate(tx: Queryable, accountNumber: number, name: TemplateName): Promise<void> {
  await tx.query('delete from email_template where account_number = $1 and name = $2', [accountNumber, name]);
}
