import type { Queryable } from '../db/database.ts';

/** An application as lists show it. */
export interface ApplicationView {
  /** Its `client_id`. */
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** An application as stored. */
export interface StoredApplication extends ApplicationView {
  readonly accountNumber: number;
  /** Sealed. */
  readonly secret: string;
}

const COLUMNS = 'id, account_number as "accountNumber", name, secret, created_at as "createdAt"';

/** The application of this client_id; undefined where there is none. */
export async function findApplication(db: Queryable, id: string): Promise<StoredApplication | undefined> {
  const [application] = await db.queryPrepared<StoredApplication>('application', `select ${COLUMNS} from application where id = $1`, [id]);
  return application;
}

/** The applications of an account by client_id, after one of them, at most `limit`. */
export function listApplications(db: Queryable, accountNumber: number, after: string | null, limit: number): Promise<ApplicationView[]> {
  return db.query<ApplicationView>(
    `select id, name, created_at as "createdAt" from application
      where account_number = $1 and ($2::text is null or id > $2) order by id limit $3`,
    [accountNumber, after, limit],
  );
}

/** @returns false where the client_id is taken */
export async function insertApplication(
  tx: Queryable,
  { id, accountNumber, name, secret, createdAt }: StoredApplication,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into application (id, account_number, name, secret, created_at) values ($1, $2, $3, $4, $5)
         on conflict (id) do nothing returning id`,
    [id, accountNumber, name, secret, createdAt],
  );
  return rows.length > 0;
}
