/** Makes a mail of what was decided about it: fills its words, names its sender. */
import { GracelineError } from '../../errors.ts';
import { parseMailbox } from '../mailbox.rules.ts';
import { type Mailbox, oneLine } from '../outgoing-mail.ts';
import { RENDER_MS, renderTemplate, TemplateFault } from './liquid.ts';
import { plainTextOf } from './plain-text.ts';
import type { SendingDecision } from './sending.rules.ts';
import { lifetimeInWords, type TemplateContent, type TemplateVariables } from './template.rules.ts';

/** The longest subject, in UTF-16 units: mail programs show less. */
const MAX_SUBJECT = 250;
const HOUR_SECONDS = 3_600;

/** What the platform calls itself, and the address that mail of its built-in provider comes from. */
export interface PlatformIdentity {
  readonly name: string;
  readonly address: string;
}

/** What a mail is made of. */
export interface Composition {
  readonly accountName: string;
  readonly decision: SendingDecision;
  /** Whose subject and body it has. */
  readonly words: Pick<TemplateContent, 'subject' | 'body'>;
  /** What the account set of it, whoever's words it has. */
  readonly content: TemplateContent;
  readonly enabled: boolean;
}

/** A mail to one user, ready to be handed to a provider. */
export interface ComposedMail {
  /** False: the account does not want it sent. It is composed all the same, for previews. */
  readonly enabled: boolean;
  readonly from: Mailbox;
  readonly to: Mailbox;
  /** One line. */
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Gates whose old behaviour it makes use of. */
  readonly oldBehaviour: SendingDecision['oldBehaviour'];
}

/**
 * Composes. Whoever's words it has, the result URL, the link's life and whether it is sent at all are the account's.
 *
 * @param renderMs how long each part may take
 * @throws GracelineError INVALID_TEMPLATE where the words make too much, or nothing, of the variables
 */
export function composeMail(
  { accountName, decision, words, content, enabled }: Composition,
  platform: PlatformIdentity,
  to: Mailbox,
  { user, application, url }: TemplateVariables,
  renderMs: number = RENDER_MS.tried,
): ComposedMail {
  const seconds = content.linkLifetimeSeconds;
  const variables = {
    user: { name: user.name, email: user.email },
    application: { name: application.name },
    account: { name: accountName },
    platform: { name: platform.name },
    url: url ?? '',
    link_lifetime: lifetimeInWords(seconds),
    link_lifetime_hours: Math.round((seconds / HOUR_SECONDS) * 100) / 100,
  };
  const subject = oneLine(rendered('subject', words.subject, variables, renderMs), MAX_SUBJECT);
  const html = rendered('body', words.body, variables, renderMs);
  return {
    enabled,
    from: senderOf(decision.from, platform),
    to: { name: oneLine(to.name), address: to.address },
    subject,
    html,
    text: plainTextOf(html),
    oldBehaviour: decision.oldBehaviour,
  };
}

/** A sender as people write it: the account's, or the platform's fixed one for null. */
export function shownSender(from: string | null, { name, address }: PlatformIdentity): string {
  return from ?? `${name} <${address}>`;
}

/**
 * Renders one part of a mail and says faults in the words of the API.
 *
 * @throws GracelineError INVALID_TEMPLATE
 */
function rendered(field: 'subject' | 'body', source: string, variables: Readonly<Record<string, unknown>>, renderMs: number): string {
  try {
    const text = renderTemplate(field === 'body' ? 'html' : 'text', source, variables, renderMs);
    if (text.trim() === '') throw new TemplateFault([{ line: 1, column: 1, message: 'nothing is left of it when it is filled in' }]);
    return text;
  } catch (error) {
    throw invalidTemplate(field, error);
  }
}

/** What the API says of a fault in a template; anything else is passed on as it is. */
export function invalidTemplate(field: 'subject' | 'body', error: unknown): unknown {
  if (!(error instanceof TemplateFault)) return error;
  const { problems } = error;
  const { line, column, message } = problems[0]!;
  const more =
    problems.length > 1 ? ` There ${problems.length === 2 ? 'is 1 more problem' : `are ${problems.length - 1} more problems`}.` : '';
  return new GracelineError(
    'INVALID_TEMPLATE',
    `The ${field} is wrong at line ${line}, column ${column}: ${message}.${more} Correct it and try again.`,
    { field, line, column, problems },
    { cause: error },
  );
}

function senderOf(from: string | null, { name, address }: PlatformIdentity): Mailbox {
  if (from === null) return { name: oneLine(name), address };
  const sender = parseMailbox(from, 'from');
  return { name: oneLine(sender.name), address: sender.address };
}
