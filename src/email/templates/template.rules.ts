/** What the mails to users of an account may be: their names, what they can be filled with, what an account may set of them. */
import { GracelineError } from '../../errors.ts';
import { parseMailbox } from '../mailbox.rules.ts';

/** The mails a platform sends to the users of an account. */
export const TEMPLATE_NAMES = ['VERIFICATION', 'WELCOME', 'PASSWORD_CHANGE', 'BLOCKED_ACCOUNT', 'BREACH_ALERT', 'ENROLMENT'] as const;

/** See {@link TEMPLATE_NAMES}. */
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

/** What a mail is about: who sends it gives these, and the account's and the platform's names are added. */
export interface TemplateVariables {
  readonly user: { readonly name: string; readonly email: string };
  /** Where the user signs in. */
  readonly application: { readonly name: string };
  /** The link of the mail, whole; null for a mail that has none. */
  readonly url: string | null;
}

/** Everything Liquid can name, as it is written there. A variable that is not here is a mistake and refused on saving. */
export const LIQUID_VARIABLES = [
  'user.name',
  'user.email',
  'application.name',
  'account.name',
  'platform.name',
  'url',
  'link_lifetime',
  'link_lifetime_hours',
] as const;

/** What an account may set of a mail. */
export interface TemplateContent {
  /** `Name <address>` or an address; null for the default sender of the account's settings. No Liquid. */
  readonly from: string | null;
  /** Liquid that makes one line. */
  readonly subject: string;
  /** Liquid that makes HTML. */
  readonly body: string;
  /** Where a person goes after the link; null for a page of the platform. */
  readonly resultUrl: string | null;
  readonly linkLifetimeSeconds: number;
  /** False: the mail is not sent. */
  readonly enabled: boolean;
}

/** A change of a mail. What is left out stays; null removes what may be null. */
export type TemplatePatch = { readonly [Field in keyof TemplateContent]?: TemplateContent[Field] | undefined };

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The most characters (UTF-16 units) of each text, and the bounds of a link's life in seconds. */
export const TEMPLATE_LIMITS = {
  from: 500,
  subject: 500,
  // Beyond this mail programs cut a mail off.
  body: 100_000,
  resultUrl: 2_000,
  shortestLinkSeconds: MINUTE,
  longestLinkSeconds: 5 * DAY,
} as const;

/**
 * Checks what needs no Liquid: the sender, lengths, the address after the link, the lifetime.
 *
 * @returns the same, trimmed
 * @throws GracelineError INVALID_INPUT, INVALID_EMAIL; both name the field
 */
export function checkedContent({ from, subject, body, resultUrl, linkLifetimeSeconds, enabled }: TemplateContent): TemplateContent {
  if (from !== null) parseMailbox(from, 'from');
  const { shortestLinkSeconds, longestLinkSeconds } = TEMPLATE_LIMITS;
  if (!Number.isInteger(linkLifetimeSeconds) || linkLifetimeSeconds < shortestLinkSeconds || linkLifetimeSeconds > longestLinkSeconds)
    throw invalid(
      'linkLifetimeSeconds',
      `"linkLifetimeSeconds" must be a whole number from ${shortestLinkSeconds} to ${longestLinkSeconds}.`,
    );
  return {
    from: from === null ? null : from.trim(),
    subject: bounded(subject, 'subject'),
    body: bounded(body, 'body'),
    resultUrl: resultUrl === null ? null : checkedResultUrl(resultUrl),
    linkLifetimeSeconds,
    enabled,
  };
}

/**
 * How long a link lives, in words: the largest unit that divides it.
 *
 * @param seconds at least 60
 */
export function lifetimeInWords(seconds: number): string {
  const [unit, name] =
    [[DAY, 'day'] as const, [HOUR, 'hour'] as const].find(([size]) => seconds % size === 0) ?? ([MINUTE, 'minute'] as const);
  const count = Math.floor(seconds / unit);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

function bounded(text: string, field: 'subject' | 'body'): string {
  if (text.trim() === '') throw invalid(field, `"${field}" is empty. Write one, or reset the template to the platform's own.`);
  if (text.length > TEMPLATE_LIMITS[field])
    throw invalid(field, `"${field}" has ${text.length} characters; at most ${TEMPLATE_LIMITS[field]} are kept.`, TEMPLATE_LIMITS[field]);
  return text;
}

/** People are sent there from a mail: over a connection nobody reads, and nowhere but to the web. */
function checkedResultUrl(text: string): string {
  const url = text.length <= TEMPLATE_LIMITS.resultUrl && !/[\s\p{Cc}]/u.test(text) ? parsedUrl(text) : null;
  const local = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && local);
  if (url && secure && url.username === '' && url.password === '') return text;
  throw invalid(
    'resultUrl',
    `"resultUrl" must be an address such as https://app.example.com/welcome, without a login in it and of at most ${TEMPLATE_LIMITS.resultUrl} characters; http is taken for localhost alone.`,
  );
}

function parsedUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function invalid(field: string, message: string, limit?: number): GracelineError {
  return new GracelineError('INVALID_INPUT', message, limit === undefined ? { field } : { field, limit });
}
