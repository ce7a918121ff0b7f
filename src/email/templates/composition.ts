/** What a mail is made of, given what the account set, who sends for it, and what its gates say. */
import type { SendingSettings } from '../settings/email-settings.rules.ts';
import type { Composition } from './compose-mail.ts';
import { PLATFORM_TEMPLATES } from './platform-templates.rules.ts';
import { sendingDecision } from './sending.rules.ts';
import type { TemplateOfAccount } from './template.repository.ts';
import type { TemplateContent, TemplateName } from './template.rules.ts';

/** The gates that decide over mails. */
export const MAIL_GATES = ['FROM_ADDRESS', 'EMAIL_TEMPLATE'] as const;

/** Whether the migration behind each is on. */
export type GateStates = Readonly<Record<(typeof MAIL_GATES)[number], boolean>>;

/** What of an account's settings decides over its mails. */
export type Sending = Pick<SendingSettings, 'provider' | 'enabled' | 'defaultFrom'>;

/** What gates say to an account with its own provider: nothing. */
export const BOTH_OFF: GateStates = { FROM_ADDRESS: false, EMAIL_TEMPLATE: false };

/** Puts together what a mail of an account is made of while its gates are so. */
export function compositionOf(
  name: TemplateName,
  { accountName, template }: TemplateOfAccount,
  { provider, enabled, defaultFrom }: Sending,
  gates: GateStates,
): Composition {
  const platformTemplate = PLATFORM_TEMPLATES[name];
  const content = template ?? platformTemplate;
  const decision = sendingDecision({
    builtIn: provider === 'BUILT_IN',
    gates,
    templateFrom: content.from,
    defaultFrom,
    ownWords: hasOwnWords(name, template),
  });
  return {
    accountName,
    decision,
    words: decision.words === 'ACCOUNT' ? content : platformTemplate,
    content,
    enabled: enabled && content.enabled,
  };
}

/** Whether an account's words for a mail differ from the platform's. */
export function hasOwnWords(name: TemplateName, template: TemplateContent | null): boolean {
  const { subject, body } = PLATFORM_TEMPLATES[name];
  return template !== null && (template.subject !== subject || template.body !== body);
}
