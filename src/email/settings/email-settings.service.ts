import { followEmailSettings, lockForEmailSettings } from '../../accounts/email-choice.ts';
import type { AccountView } from '../../accounts/account.view.ts';
import type { Actor } from '../../auth/actor.ts';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import { GracelineError } from '../../errors.ts';
import { type NewEvent, writeEvents } from '../../events/log.ts';
import type { Wake } from '../../events/wake.ts';
import { placeOfEmailSecret } from '../../secrets/places.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import { requireEmailReader, requireEmailWriter } from '../email-permission.ts';
import { parseMailbox } from '../mailbox.rules.ts';
import { accessOf, findSettings, lockSettings, saveSettings, type SettingsRow } from './email-settings.repository.ts';
import type { SendingSettings } from './email-settings.rules.ts';
import { type EmailSettingsView, settingsView } from './email-settings.view.ts';
import { hintOf, planChange, type ProviderChange, type ProviderPlan, type StoredFields } from './provider-fields.rules.ts';
import { settingsDifference } from './settings-difference.ts';

/** Which mail servers may be connected to; see SmtpGuard. */
export interface HostGuard {
  /** @throws GracelineError HOST_FORBIDDEN */
  check(host: string, port: number): Promise<unknown>;
}

/** Settings as they are to be written. */
type NewSettings = Omit<SettingsRow, 'updatedAt' | 'version'>;

/** Who sends the mail of accounts' users. Secrets go in and never come out again, but to whoever sends. */
export class EmailSettingsService {
  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
    private readonly secrets: SecretBox,
    private readonly hosts: HostGuard,
  ) {}

  /**
   * The settings of an account, of its secrets only whether they are set.
   *
   * @throws GracelineError FORBIDDEN to a runtime, NOT_FOUND
   */
  async emailSettings(actor: Actor, accountId: string): Promise<EmailSettingsView> {
    const account = await requireEmailReader(this.db, actor, accountId);
    return settingsView(account.id, await findSettings(this.db, account.number));
  }

  /**
   * Says who sends the mail of an account's users, and with what. What is left out stays as it is where the account has this
   * provider already. A disabled provider stays the account's own: no mail is sent, and none by the built-in one.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_EMAIL, SECRET_NEEDED, HOST_FORBIDDEN; CONFLICT where
   *   somebody else changed the server meanwhile; INVALID_SETTINGS where no key is there to seal with
   */
  async setProvider(actor: Actor, accountId: string, change: ProviderChange): Promise<EmailSettingsView> {
    const { id, number } = await requireEmailWriter(this.db, actor, accountId);
    // The name of the server is looked up, which is no work for a transaction; what was allowed here is compared in there.
    const stored = storedFields(await findSettings(this.db, number));
    const server = serverOf(change, planChange(change, stored));
    // One that stays was checked before and is at each connection: an account must be able to switch off a server that is gone.
    if (server && !isServerOf(server, stored)) await this.hosts.check(server.host, server.port);
    const now = this.clock.now();
    const { row, changed } = await this.db.transaction(async (tx) => {
      const account = await lockForEmailSettings(tx, id);
      const before = await lockSettings(tx, number);
      const plan = planChange(change, storedFields(before));
      if (JSON.stringify(serverOf(change, plan)) !== JSON.stringify(server)) throw changedMeanwhile();
      const after = this.planned(account, change, plan, before);
      const difference = settingsDifference(before, after, plan);
      if (before && !difference) return { row: before, changed: false };
      const saved = await saveSettings(tx, number, after, now);
      const event: NewEvent = { type: 'EMAIL_SETTINGS_CHANGED', accountNumber: number, data: { provider: after.provider, ...difference } };
      await writeEvents(tx, actor, now, [event, ...(await followEmailSettings(tx, account, after.provider === 'BUILT_IN', now))]);
      return { row: saved, changed: true };
    });
    if (changed) this.wake.ring();
    return settingsView(id, row);
  }

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

  /** New secrets are sealed; those that stay are taken over as they are. */
  private planned({ number }: AccountView, change: ProviderChange, plan: ProviderPlan, before: SettingsRow | null): NewSettings {
    const { provider } = change;
    const sealed = Object.entries(plan.secrets).map(([field, text]): [string, string] => [
      field,
      text === null ? before!.secrets[field]! : this.secrets.seal(text, placeOfEmailSecret(number, provider, field)),
    ]);
    const hints = Object.entries(plan.secrets).flatMap(([field, text]): [string, string][] => {
      const hint = text === null ? before!.hints[field] : hintOf(text);
      return hint === null || hint === undefined ? [] : [[field, hint]];
    });
    return {
      provider,
      // Somebody who chooses another provider wants it to send.
      enabled: change.enabled ?? (before?.provider === provider ? before.enabled : true),
      defaultFrom: change.defaultFrom === undefined ? (before?.defaultFrom ?? null) : checkedSender(change.defaultFrom),
      options: plan.options,
      secrets: Object.fromEntries(sealed),
      hints: Object.fromEntries(hints),
    };
  }
}

function storedFields(row: SettingsRow | null): StoredFields | null {
  return row && { provider: row.provider, options: row.options, secrets: Object.keys(row.secrets) };
}

/** The server that mail is to go to; null for providers whose address is not the account's to choose. */
function serverOf({ provider }: ProviderChange, { options }: ProviderPlan): { host: string; port: number } | null {
  if (provider !== 'SMTP') return null;
  const { host, port } = options as { host: string; port: number };
  return { host, port };
}

function isServerOf({ host, port }: { host: string; port: number }, stored: StoredFields | null): boolean {
  return stored?.provider === 'SMTP' && stored.options['host'] === host && stored.options['port'] === port;
}

function checkedSender(text: string | null): string | null {
  if (text === null) return null;
  parseMailbox(text, 'defaultFrom');
  return text.trim();
}

function changedMeanwhile(): GracelineError {
  return new GracelineError('CONFLICT', 'Somebody else changed these settings at the same moment. Look at them and try again.');
}
