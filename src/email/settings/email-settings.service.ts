import type { Database } from '../../db/database.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import { accessOf, findSettings } from './email-settings.repository.ts';
import type { SendingSettings } from './email-settings.rules.ts';

/** Who sends the mail of accounts' users. */
export class EmailSettingsService {
  constructor(
    private readonly db: Database,
    private readonly secrets: SecretBox,
  ) {}

  /**
   * What is needed to send for an account, secrets opened: for whoever sends, never for an answer. One prepared statement.
   *
   * @throws GracelineError SECRET_UNREADABLE where the key of a secret is gone
   */
  async accessOf(accountNumber: number): Promise<SendingSettings> {
    const row = await findSettings(this.db, accountNumber);
    if (!row) return { provider: 'BUILT_IN', version: 0, enabled: true, defaultFrom: null, access: null };
    const { provider, version, enabled, defaultFrom } = row;
    return { provider, version, enabled, defaultFrom, access: accessOf(accountNumber, row, this.secrets) };
  }
}
