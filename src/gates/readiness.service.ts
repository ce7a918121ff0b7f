import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { ComposedMail } from '../email/templates/compose-mail.ts';
import type { TemplatesService } from '../email/templates/templates.service.ts';
import type { EmailSettingsService } from '../email/settings/email-settings.service.ts';
import { GracelineError } from '../errors.ts';
import type { AccountMigrationKey } from '../rollouts/rollouts.rules.ts';
import type { Blocker, Blockers } from '../rollouts/rollouts.service.ts';
import { type Gate, gateOf, type GateKeys } from './gates.rules.ts';
import { type GateFacts, type MailBothWays, type MailGate, type RenderedMail, reportedTodo, todoOf } from './impact.rules.ts';
import type { UsageRecorder } from './usage-recorder.ts';
import { findClients, findCountedKeys, findCountedSince } from './usage.repository.ts';
import { type ClientUsage, daysBefore, RECENT_DAYS, SHOWN_CLIENTS } from './usage.rules.ts';

/** So long after its first report a migration may not be known to be one whose uses are counted. */
const COUNTED_FOR_MS = 5_000;

/** Knows how ready an account is for a migration: what its gate touches, and what it was seen to use. */
export class ReadinessService implements Blockers {
  /** The migrations of which somebody counts uses. Once one is, it stays so. */
  private counted: ReadonlySet<string> = new Set();
  private countedUntil = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly keys: GateKeys,
    private readonly recorder: Pick<UsageRecorder, 'flush'>,
    private readonly emailSettings: Pick<EmailSettingsService, 'emailSettings'>,
    private readonly templates: Pick<TemplatesService, 'previewAll'>,
  ) {}

  /** Whether a migration opens a gate, or somebody reports uses of what it ends: only then can anything block it. */
  concern(migrationKey: string): boolean | Promise<boolean> {
    return gateOf(this.keys, migrationKey) !== null || this.isCounted(migrationKey);
  }

  /** What an account should do before it opts in, and has not done. */
  async undone(actor: Actor, account: AccountMigrationKey, migrationKey: string): Promise<readonly Blocker[]> {
    const gate = gateOf(this.keys, migrationKey);
    try {
      return (gate === null ? reportedTodo((await this.reportedUses(account)) ?? []) : todoOf(await this.factsOf(actor, gate, account)))
        .filter(({ blocking, done }) => blocking && !done)
        .map(({ id, text }) => ({ id, text }));
    } catch (error) {
      // A template that no longer renders must not keep the account from the platform's, which replaces it.
      if (error instanceof GracelineError && error.code === 'INVALID_TEMPLATE')
        return [{ id: 'correct-the-template', text: error.message }];
      throw error;
    }
  }

  /**
   * What the migration of a gate would touch of an account, as it stands.
   *
   * @param actor sees the account
   */
  async factsOf(actor: Actor, gate: Gate, { accountId, accountNumber, migrationId }: AccountMigrationKey): Promise<GateFacts> {
    if (gate === 'FROM_ADDRESS' || gate === 'EMAIL_TEMPLATE') return this.mailFacts(actor, gate, accountId);
    await this.recorder.flush();
    return { gate, recent: await this.recentClients(migrationId, accountNumber) };
  }

  /** Who used lately what a migration ends that opens no gate, latest first; null where nobody reports uses of it. */
  async reportedUses({ accountNumber, migrationId }: AccountMigrationKey): Promise<readonly ClientUsage[] | null> {
    const [since, clients] = await Promise.all([findCountedSince(this.db, migrationId), this.recentClients(migrationId, accountNumber)]);
    return since === null ? null : clients;
  }

  private recentClients(migrationId: string, accountNumber: number): Promise<ClientUsage[]> {
    return findClients(this.db, migrationId, accountNumber, daysBefore(this.clock.now(), RECENT_DAYS), SHOWN_CLIENTS);
  }

  /** Asked at each opt-in: from memory, unless that is old. */
  private isCounted(migrationKey: string): boolean | Promise<boolean> {
    if (this.counted.has(migrationKey)) return true;
    if (performance.now() < this.countedUntil) return false;
    this.reading ??= this.readCounted().finally(() => (this.reading = undefined));
    return this.reading.then(() => this.counted.has(migrationKey));
  }

  private async readCounted(): Promise<void> {
    this.counted = new Set(await findCountedKeys(this.db));
    this.countedUntil = performance.now() + COUNTED_FOR_MS;
  }

  private async mailFacts(actor: Actor, gate: MailGate, accountId: string): Promise<GateFacts> {
    const [{ provider }, previews] = await Promise.all([
      this.emailSettings.emailSettings(actor, accountId),
      this.templates.previewAll(actor, accountId),
    ]);
    const mails = previews.map(({ name, today, afterFromAddress, afterEmailTemplate }): MailBothWays => {
      const after = gate === 'FROM_ADDRESS' ? afterFromAddress : afterEmailTemplate;
      return { template: name, enabled: today.enabled, before: shown(today), after: shown(after) };
    });
    return { gate, builtIn: provider === 'BUILT_IN', mails };
  }
}

function shown({ from: { name, address }, subject, html, text }: ComposedMail): RenderedMail {
  return { from: name === '' ? address : `${name} <${address}>`, subject, html, text };
}
