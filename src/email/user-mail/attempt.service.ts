import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import { GracelineError } from '../../errors.ts';
import { placeOfMailVariables } from '../../secrets/places.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import { oneLine } from '../outgoing-mail.ts';
import type { ProviderResult } from '../providers/provider.ts';
import type { ProviderName, SendingSettings } from '../settings/email-settings.rules.ts';
import type { EmailSettingsService } from '../settings/email-settings.service.ts';
import type { TemplatesService } from '../templates/templates.service.ts';
import type { ProviderClients } from './provider-clients.ts';
import type { ClaimedUserMail } from './user-mail-claims.repository.ts';
import type { SealedVariables } from './user-mail.service.ts';

const MAX_ANSWER_LENGTH = 500;
const MAX_SUBJECT_LENGTH = 200;
/** What the account itself has to mend before a mail can be sent. */
const FOR_THE_ACCOUNT: ReadonlySet<string> = new Set(['INVALID_TEMPLATE', 'HOST_FORBIDDEN', 'INVALID_EMAIL']);

/** What became of one attempt. */
export interface Verdict {
  /** RETRY can heal; FAILED cannot; SKIPPED was not to be sent. */
  readonly kind: 'SENT' | 'RETRY' | 'FAILED' | 'SKIPPED';
  /** Null where the account's settings could not be read. */
  readonly provider: ProviderName | null;
  /** Of the account's settings; null where they could not be read. */
  readonly settingsVersion: number | null;
  readonly subject: string | null;
  readonly answer: string;
  /** What the provider asked to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
  /** Whether the account's other mails would meet the same. */
  readonly wholeAccount: boolean;
}

type Ending = Pick<Verdict, 'kind' | 'answer'> & Partial<Pick<Verdict, 'retryAfterMs' | 'wholeAccount'>>;

/** What has come out about a mail so far. */
interface Known {
  settings?: SendingSettings;
  subject?: string;
}

/** Composes and sends one mail with the settings and the template its account has at that moment. */
export class UserMailAttempts {
  /** @param timeoutMs the hard deadline of what the provider does */
  constructor(
    private readonly clock: Clock,
    private readonly secrets: SecretBox,
    private readonly settings: Pick<EmailSettingsService, 'accessOf'>,
    private readonly templates: Pick<TemplatesService, 'compose' | 'noteSent'>,
    private readonly clients: ProviderClients,
    private readonly timeoutMs: number,
    private readonly log: Logger,
  ) {}

  /** Makes one attempt. Never throws: a defect of ours must lose no mail. */
  async make(mail: ClaimedUserMail): Promise<Verdict> {
    const known: Known = {};
    const ending = await this.endingOf(mail, known).catch((error: unknown) => this.endingOfError(mail, known, error));
    return {
      retryAfterMs: null,
      wholeAccount: false,
      ...ending,
      answer: oneLine(ending.answer, MAX_ANSWER_LENGTH),
      provider: known.settings?.provider ?? null,
      settingsVersion: known.settings?.version ?? null,
      subject: known.subject ?? null,
    };
  }

  private async endingOf(mail: ClaimedUserMail, known: Known): Promise<Ending> {
    const { accountNumber, template, recipient, messageId } = mail;
    const settings = await this.settings.accessOf(accountNumber);
    known.settings = settings;
    if (!settings.enabled) return { kind: 'SKIPPED', answer: 'The account has switched its email provider off.' };
    const sealed = JSON.parse(this.secrets.open(mail.variables, placeOfMailVariables(mail.id))) as SealedVariables;
    const to = { name: sealed.name, address: recipient };
    const composed = await this.templates.compose(accountNumber, template, to, sealed.variables, settings);
    const { enabled, from, subject, html, text } = composed;
    if (!enabled) return { kind: 'SKIPPED', answer: 'The account has switched this mail off.' };
    known.subject = oneLine(subject, MAX_SUBJECT_LENGTH);
    const message = { messageId, date: this.clock.now(), from, to, subject, html, text };
    const result = await this.clients.send(accountNumber, settings, message, AbortSignal.timeout(this.timeoutMs));
    if (result.kind === 'sent') this.templates.noteSent(accountNumber, composed);
    return endingOfResult(result);
  }

  private endingOfError(mail: ClaimedUserMail, { settings }: Known, error: unknown): Ending {
    if (error instanceof GracelineError && FOR_THE_ACCOUNT.has(error.code)) return { kind: 'FAILED', answer: error.message };
    this.log.error({ err: error, mail: mail.id }, 'could not make a mail to a user; trying again later');
    const unreadable = error instanceof GracelineError && error.code === 'SECRET_UNREADABLE';
    return {
      kind: 'RETRY',
      answer: unreadable
        ? 'A stored secret cannot be opened at present. The platform has to mend that.'
        : 'The platform failed to make this mail.',
      // Without the settings none of the account's mails can be sent.
      wholeAccount: settings === undefined,
    };
  }
}

function endingOfResult(result: ProviderResult): Ending {
  if (result.kind === 'sent') return { kind: 'SENT', answer: result.answer };
  if (result.kind === 'rejected') return { kind: 'FAILED', answer: result.answer };
  const { answer, retryAfterMs, wholeAccount } = result;
  return { kind: 'RETRY', answer, retryAfterMs, wholeAccount };
}
