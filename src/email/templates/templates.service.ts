import { accountNotFound } from '../../accounts/visibility.ts';
import type { AccountView } from '../../accounts/account.view.ts';
import type { Actor } from '../../auth/actor.ts';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import { writeEvents } from '../../events/log.ts';
import type { Wake } from '../../events/wake.ts';
import type { GatesService } from '../../gates/gates.service.ts';
import { requireEmailReader, requireEmailWriter } from '../email-permission.ts';
import type { Mailbox } from '../outgoing-mail.ts';
import { findSettings } from '../settings/email-settings.repository.ts';
import { type ComposedMail, type Composition, composeMail, type PlatformIdentity, shownSender } from './compose-mail.ts';
import { BOTH_OFF, compositionOf, type GateStates, hasOwnWords, MAIL_GATES, type Sending } from './composition.ts';
import { RENDER_MS } from './liquid.ts';
import { PLATFORM_TEMPLATES } from './platform-templates.rules.ts';
import { SampleTurn } from './sample-turn.ts';
import { auditedTemplate, checkWords, sampleVariables } from './template-check.ts';
import {
  deleteTemplate,
  findTemplateOfAccount,
  findTemplates,
  lockTemplate,
  saveTemplate,
  type TemplateOfAccount,
  type TemplateRow,
} from './template.repository.ts';
import {
  checkedContent,
  TEMPLATE_NAMES,
  type TemplateContent,
  type TemplateName,
  type TemplatePatch,
  type TemplateVariables,
} from './template.rules.ts';

/** A mail of an account as it is set, and what of it is in use. */
export interface TemplateView extends TemplateContent {
  readonly name: TemplateName;
  /** Whether the account changed anything of it. */
  readonly customised: boolean;
  /** Null while nothing was ever changed. */
  readonly updatedAt: Date | null;
  /** Whether mails sent now have this subject and body. */
  readonly wordsInUse: boolean;
  /** The sender of mails sent now. */
  readonly senderInUse: string;
}

/** A mail with sample data, as it is now and as it would be behind each gate. */
export interface TemplatePreview {
  readonly name: TemplateName;
  readonly today: ComposedMail;
  readonly afterFromAddress: ComposedMail;
  readonly afterEmailTemplate: ComposedMail;
}

/** The mails to accounts' users: what accounts make of them, and what a user is sent. */
export class TemplatesService {
  private readonly samples = new SampleTurn();

  /** @param platform what the platform calls itself, and its fixed sender */
  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
    private readonly gates: Pick<GatesService, 'areOn' | 'recordUse'>,
    private readonly platform: PlatformIdentity,
  ) {}

  /**
   * Makes a mail to one user, as the gates say at this moment.
   *
   * @param settings who sends for the account
   * @throws GracelineError NOT_FOUND for the account; INVALID_TEMPLATE where the account's words make too much of these
   *   variables
   */
  async compose(
    accountNumber: number,
    name: TemplateName,
    to: Mailbox,
    variables: TemplateVariables,
    settings: Sending,
  ): Promise<ComposedMail> {
    const composition = await this.compositionNow(accountNumber, name, settings);
    return composeMail(composition, this.platform, to, variables, RENDER_MS.sent);
  }

  /** Notes where a mail that a provider has just taken over stands on what gates end: one use, however many attempts it took. */
  noteSent(accountNumber: number, { oldBehaviour }: ComposedMail): void {
    for (const gate of oldBehaviour) this.gates.recordUse(gate, accountNumber, '');
  }

  /**
   * Makes the same mail with sample data, for somebody who tries it: no use of what a gate ends.
   *
   * @throws GracelineError NOT_FOUND, INVALID_TEMPLATE
   */
  async composeSample(accountNumber: number, name: TemplateName, to: Mailbox, settings: Sending): Promise<ComposedMail> {
    const composition = await this.compositionNow(accountNumber, name, settings);
    return composeMail(composition, this.platform, to, sampleVariables().variables, RENDER_MS.sent);
  }

  /**
   * What the link of a mail is like, for whoever makes one.
   *
   * @returns `enabled`: false where the account had this mail switched off
   * @throws GracelineError NOT_FOUND
   */
  async linkSettings(
    accountNumber: number,
    name: TemplateName,
  ): Promise<{ lifetimeSeconds: number; resultUrl: string | null; enabled: boolean }> {
    const { template } = await this.templateOf(accountNumber, name);
    const { linkLifetimeSeconds: lifetimeSeconds, resultUrl, enabled } = template ?? PLATFORM_TEMPLATES[name];
    return { lifetimeSeconds, resultUrl, enabled };
  }

  /**
   * Every mail of an account, in the order of their names' list.
   *
   * @throws GracelineError FORBIDDEN to a runtime, NOT_FOUND
   */
  async emailTemplates(actor: Actor, accountId: string): Promise<TemplateView[]> {
    return this.views(await requireEmailReader(this.db, actor, accountId), TEMPLATE_NAMES);
  }

  /**
   * Changes a mail of an account; from then on it is the account's own. What is left out stays as it is. The result is
   * parsed and rendered with sample data before anything is written.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_EMAIL, INVALID_TEMPLATE
   */
  async setEmailTemplate(actor: Actor, accountId: string, name: TemplateName, patch: TemplatePatch): Promise<TemplateView> {
    const account = await requireEmailWriter(this.db, actor, accountId);
    return this.change(actor, account, name, (before) => this.checked(account, name, before, patch));
  }

  /**
   * Gives an account the platform's own mail back. Again changes nothing.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND
   */
  async resetEmailTemplate(actor: Actor, accountId: string, name: TemplateName): Promise<TemplateView> {
    const account = await requireEmailWriter(this.db, actor, accountId);
    return this.change(actor, account, name, () => null);
  }

  /**
   * Shows a mail with sample data, as it is now and as it would be behind each gate. Nothing is sent or written.
   *
   * @param patch changes to try; left out: as it is set
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_EMAIL, INVALID_TEMPLATE; RATE_LIMITED where many wait
   */
  async previewEmailTemplate(actor: Actor, accountId: string, name: TemplateName, patch: TemplatePatch = {}): Promise<TemplatePreview> {
    const account = await requireEmailReader(this.db, actor, accountId);
    const { template } = await this.templateOf(account.number, name);
    const check = () => this.checked(account, name, template, patch);
    const tried =
      Object.keys(patch).length === 0
        ? template
        : { name, updatedAt: this.clock.now(), ...(await this.samples.take(account.number, check)) };
    const [preview] = await this.previews(account, [name], new Map(tried ? [[name, tried]] : []));
    return preview!;
  }

  /**
   * The same for every mail of an account as it is set: for whoever weighs what a migration changes.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_TEMPLATE; RATE_LIMITED where many wait
   */
  async previewAll(actor: Actor, accountId: string): Promise<TemplatePreview[]> {
    const account = await requireEmailReader(this.db, actor, accountId);
    return this.previews(account, TEMPLATE_NAMES, await findTemplates(this.db, account.number));
  }

  private async compositionNow(accountNumber: number, name: TemplateName, settings: Sending): Promise<Composition> {
    const builtIn = settings.provider === 'BUILT_IN';
    const [of, gates] = await Promise.all([
      this.templateOf(accountNumber, name),
      builtIn ? this.gates.areOn(MAIL_GATES, accountNumber) : BOTH_OFF,
    ]);
    return compositionOf(name, of, settings, gates);
  }

  private async previews(
    { number, name: accountName }: AccountView,
    names: readonly TemplateName[],
    templates: ReadonlyMap<TemplateName, TemplateRow>,
  ): Promise<TemplatePreview[]> {
    const { settings, gates } = await this.standing(number);
    const { to, variables } = sampleVariables();
    const previews: TemplatePreview[] = [];
    for (const name of names) {
      const of = { accountName, template: templates.get(name) ?? null };
      const behind = (states: GateStates) => {
        const composition = compositionOf(name, of, settings, states);
        return this.samples.take(number, () => composeMail(composition, this.platform, to, variables, RENDER_MS.sent));
      };
      previews.push({
        name,
        today: await behind(gates),
        afterFromAddress: await behind({ ...gates, FROM_ADDRESS: true }),
        afterEmailTemplate: await behind({ ...gates, EMAIL_TEMPLATE: true }),
      });
    }
    return previews;
  }

  private async views(account: AccountView, names: readonly TemplateName[]): Promise<TemplateView[]> {
    const [templates, { settings, gates }] = await Promise.all([findTemplates(this.db, account.number), this.standing(account.number)]);
    return names.map((name) => {
      const template = templates.get(name) ?? null;
      const { decision } = compositionOf(name, { accountName: account.name, template }, settings, gates);
      return {
        ...PLATFORM_TEMPLATES[name],
        updatedAt: null,
        ...template,
        name,
        customised: template !== null,
        wordsInUse: decision.words === 'ACCOUNT' || !hasOwnWords(name, template),
        senderInUse: shownSender(decision.from, this.platform),
      };
    });
  }

  /** Who sends for an account, without its secrets, and what its gates say. */
  private async standing(accountNumber: number): Promise<{ settings: Sending; gates: GateStates }> {
    const [row, gates] = await Promise.all([findSettings(this.db, accountNumber), this.gates.areOn(MAIL_GATES, accountNumber)]);
    return { settings: row ?? { provider: 'BUILT_IN', enabled: true, defaultFrom: null }, gates };
  }

  private async templateOf(accountNumber: number, name: TemplateName): Promise<TemplateOfAccount> {
    const found = await findTemplateOfAccount(this.db, accountNumber, name);
    if (!found) throw accountNotFound(String(accountNumber));
    return found;
  }

  private checked(
    { name: accountName }: AccountView,
    name: TemplateName,
    before: TemplateContent | null,
    patch: TemplatePatch,
  ): TemplateContent {
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Partial<TemplateContent>;
    const content = checkedContent({ ...(before ?? PLATFORM_TEMPLATES[name]), ...given });
    checkWords(content, accountName, this.platform);
    return content;
  }

  /** Writes what `next` makes of a mail, null for the platform's own, with its event; nothing where nothing differs. */
  private async change(
    actor: Actor,
    account: AccountView,
    name: TemplateName,
    next: (before: TemplateRow | null) => TemplateContent | null,
  ): Promise<TemplateView> {
    const now = this.clock.now();
    const changed = await this.db.transaction(async (tx) => {
      const before = await lockTemplate(tx, account.number, name);
      const after = next(before);
      const data = { template: name, before: auditedTemplate(before), after: auditedTemplate(after) };
      if (JSON.stringify(data.before) === JSON.stringify(data.after)) return false;
      if (after) await saveTemplate(tx, account.number, name, after, now);
      else await deleteTemplate(tx, account.number, name);
      await writeEvents(tx, actor, now, [{ type: 'EMAIL_TEMPLATE_CHANGED', accountNumber: account.number, data }]);
      return true;
    });
    if (changed) this.wake.ring();
    const [view] = await this.views(account, [name]);
    return view!;
  }
}
