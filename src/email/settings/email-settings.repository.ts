import type { Queryable } from '../../db/database.ts';
import { placeOfEmailSecret } from '../../secrets/places.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { ProviderAccess, ProviderName } from './email-settings.rules.ts';

/** A row of `email_settings`: what the providers of the rules need is in `options` and, sealed, in `secrets`, by field. */
export interface SettingsRow {
  readonly provider: ProviderName;
  readonly enabled: boolean;
  readonly defaultFrom: string | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly hints: Readonly<Record<string, string>>;
  readonly updatedAt: Date;
  readonly version: number;
}

const COLUMNS = 'provider, enabled, default_from as "defaultFrom", options, secrets, hints, updated_at as "updatedAt", version';

/** The settings of an account; null where nothing was ever set. */
export async function findSettings(db: Queryable, accountNumber: number): Promise<SettingsRow | null> {
  const [row] = await db.queryPrepared<SettingsRow>('email-settings', `select ${COLUMNS} from email_settings where account_number = $1`, [
    accountNumber,
  ]);
  return row ?? null;
}

/** The same, locked until the transaction ends, so that no secret is re-encrypted meanwhile. */
export async function lockSettings(tx: Queryable, accountNumber: number): Promise<SettingsRow | null> {
  const [row] = await tx.query<SettingsRow>(`select ${COLUMNS} from email_settings where account_number = $1 for update`, [accountNumber]);
  return row ?? null;
}

/** Writes the settings of an account and counts their version. */
export async function saveSettings(
  tx: Queryable,
  accountNumber: number,
  { provider, enabled, defaultFrom, options, secrets, hints }: Omit<SettingsRow, 'updatedAt' | 'version'>,
  now: Date,
): Promise<SettingsRow> {
  const [row] = await tx.query<SettingsRow>(
    `insert into email_settings as s (account_number, provider, enabled, default_from, options, secrets, hints, updated_at, version)
     values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8, 1)
     on conflict (account_number) do update
        set provider = excluded.provider, enabled = excluded.enabled, default_from = excluded.default_from, options = excluded.options,
            secrets = excluded.secrets, hints = excluded.hints, updated_at = excluded.updated_at, version = s.version + 1
     returning ${COLUMNS}`,
    [accountNumber, provider, enabled, defaultFrom, JSON.stringify(options), JSON.stringify(secrets), JSON.stringify(hints), now],
  );
  return row!;
}

/**
 * What a provider is reached with, its secrets opened; null for the built-in one.
 *
 * @throws GracelineError SECRET_UNREADABLE
 */
export function accessOf(accountNumber: number, { provider, options, secrets }: SettingsRow, box: SecretBox): ProviderAccess | null {
  if (provider === 'BUILT_IN') return null;
  const opened = Object.entries(secrets).map(
    ([field, sealed]) => [field, box.open(sealed, placeOfEmailSecret(accountNumber, provider, field))] as const,
  );
  // What is stored was checked when it was set: options and secrets together are the fields of the provider's access.
  const absent = provider === 'SMTP' ? { password: null } : {};
  return { provider, ...absent, ...options, ...Object.fromEntries(opened) } as unknown as ProviderAccess;
}
