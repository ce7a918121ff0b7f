/** What each provider of an account's own takes, field by field: what is checked, what is kept, what must be given again. */
import { GracelineError } from '../../errors.ts';
import { checkedHeaders, type Headers } from './headers.rules.ts';
import type { ProviderName } from './email-settings.rules.ts';

/** What can be said of any provider; what is left out stays as it is. */
export interface CommonFields {
  /** `Name <address>` or an address; null for none. */
  readonly defaultFrom?: string | null | undefined;
  readonly enabled?: boolean | undefined;
}

/** Who is to send, with what. What is left out stays as it is where the account has this provider already. */
export type ProviderChange =
  | ({ readonly provider: 'BUILT_IN' } & CommonFields)
  | ({ readonly provider: 'SES' } & SesFields & CommonFields)
  | ({ readonly provider: 'MANDRILL' } & MandrillFields & CommonFields)
  | ({ readonly provider: 'SENDGRID' } & SendGridFields & CommonFields)
  | ({ readonly provider: 'SMTP' } & SmtpFields & CommonFields);

/** Amazon SES. */
export interface SesFields {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly region?: string | undefined;
  readonly configurationSet?: string | null | undefined;
}

/** Mandrill. */
export interface MandrillFields {
  readonly apiKey?: string | undefined;
  readonly viewContentLink?: boolean | undefined;
}

/** SendGrid. */
export interface SendGridFields {
  readonly apiKey?: string | undefined;
}

/** A mail server. */
export interface SmtpFields {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Null for a server without a login. */
  readonly user?: string | null | undefined;
  readonly password?: string | undefined;
  /** All of them. */
  readonly headers?: Headers | undefined;
}

/** What an account has stored of a provider: no secret, only which there are. */
export interface StoredFields {
  readonly provider: ProviderName;
  readonly options: Readonly<Record<string, unknown>>;
  /** The fields whose secrets are stored. */
  readonly secrets: readonly string[];
}

/** What is to be stored. */
export interface ProviderPlan {
  readonly options: Readonly<Record<string, unknown>>;
  /** By field: a new secret, or null for the one that is stored. */
  readonly secrets: Readonly<Record<string, string | null>>;
}

/** The most characters a secret may have; the longest key of a provider has 69. */
const MAX_SECRET = 500;
const MAX_HOST = 253;
const MAX_USER = 320;
const MAX_PORT = 65_535;
/** Shorter secrets show nothing of themselves: four characters are much of them. */
const HINTED_LENGTH = 16;
const HINT_LENGTH = 4;
const ACCESS_KEY_ID = /^\w{16,128}$/;
/** It becomes part of the address that requests go to. */
const REGION = /^[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;
const CONFIGURATION_SET = /^[\w-]{1,64}$/;
const HOST = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}])?|[0-9a-f:.]*:[0-9a-f:.]*)$/u;
const TOKEN = /^[!-~]+$/;

/**
 * What is to be stored after a change.
 *
 * @param stored what the account has; null where nothing was ever set
 * @throws GracelineError INVALID_INPUT; SECRET_NEEDED where a secret is missing, or would go to another server or login
 *   than the one it was entered for
 */
export function planChange(change: ProviderChange, stored: StoredFields | null): ProviderPlan {
  const before = stored?.provider === change.provider ? stored : null;
  switch (change.provider) {
    case 'BUILT_IN':
      return { options: {}, secrets: {} };
    case 'SES':
      return planSes(change, before);
    case 'MANDRILL':
      return planMandrill(change, before);
    case 'SENDGRID':
      return { options: {}, secrets: { apiKey: secret(change.apiKey, 'apiKey', before, TOKEN) } };
    case 'SMTP':
      return planSmtp(change, before);
  }
}

/** The last characters of a secret, by which people tell which one it is; null where it is too short to show any. */
export function hintOf(text: string): string | null {
  return text.length < HINTED_LENGTH ? null : text.slice(-HINT_LENGTH);
}

function planSes(change: SesFields, before: StoredFields | null): ProviderPlan {
  const old = (before?.options ?? {}) as SesFields;
  const accessKeyId = matching(
    change.accessKeyId ?? old.accessKeyId,
    'accessKeyId',
    ACCESS_KEY_ID,
    'the id of an access key, e.g. AKIAIOSFODNN7EXAMPLE',
  );
  const region = matching(change.region ?? old.region, 'region', REGION, 'a region of AWS such as eu-central-1');
  const set = change.configurationSet === undefined ? old.configurationSet : change.configurationSet;
  const configurationSet =
    set === undefined || set === null ? null : matching(set, 'configurationSet', CONFIGURATION_SET, 'up to 64 letters, digits, - and _');
  const usable = before && accessKeyId === old.accessKeyId ? before : null;
  return {
    options: { accessKeyId, region, configurationSet },
    secrets: { secretAccessKey: secret(change.secretAccessKey, 'secretAccessKey', usable, TOKEN, before && 'accessKeyId') },
  };
}

function planMandrill(change: MandrillFields, before: StoredFields | null): ProviderPlan {
  const viewContentLink = change.viewContentLink ?? (before?.options as MandrillFields | undefined)?.viewContentLink ?? false;
  return { options: { viewContentLink }, secrets: { apiKey: secret(change.apiKey, 'apiKey', before, TOKEN) } };
}

function planSmtp(change: SmtpFields, before: StoredFields | null): ProviderPlan {
  const old = (before?.options ?? {}) as SmtpFields;
  const host = checkedHost(change.host ?? old.host);
  const port = checkedPort(change.port ?? old.port);
  const user = checkedUser(change.user === undefined ? old.user : change.user);
  const headers = change.headers === undefined ? (old.headers ?? {}) : checkedHeaders(change.headers);
  const options = { host, port, user, headers };
  if (user === null) {
    if (change.password !== undefined)
      throw invalid('password', 'A password needs a user. Give both, or neither for a server without a login.');
    return { options, secrets: {} };
  }
  const same = before && host === old.host && port === old.port && user === old.user;
  return {
    options,
    secrets: { password: secret(change.password, 'password', same ? before : null, null, before && 'host, port or user') },
  };
}

/**
 * The secret of a field: the one given, or null for the one stored.
 *
 * @param usable what is stored, where it may still be used
 * @param pattern of all its characters; null where any but control characters will do
 * @param moved what it belongs to and has changed; null where none was stored
 */
function secret(
  given: string | undefined,
  field: string,
  usable: StoredFields | null,
  pattern: RegExp | null,
  moved: string | null = null,
): string | null {
  if (given === undefined) {
    if (usable?.secrets.includes(field)) return null;
    const why = moved ? `It was entered for another ${moved}, and secrets do not move.` : 'None is stored.';
    throw new GracelineError('SECRET_NEEDED', `"${field}" is needed. ${why} Give it.`, { field });
  }
  if (given.length === 0 || given.length > MAX_SECRET || (pattern ? !pattern.test(given) : /\p{Cc}/u.test(given)))
    throw invalid(
      field,
      `"${field}" must have 1 to ${MAX_SECRET} ${pattern ? 'visible ASCII characters without spaces' : 'characters without line breaks'}. Check that it was copied whole.`,
    );
  return given;
}

function checkedHost(host: string | undefined): string {
  const name = host?.trim().toLowerCase();
  if (name && name.length <= MAX_HOST && HOST.test(name)) return name;
  throw invalid('host', '"host" must be the name or the IP address of a mail server, e.g. smtp.example.com, without port or path.');
}

function checkedPort(port: number | undefined): number {
  if (port !== undefined && Number.isInteger(port) && port > 0 && port <= MAX_PORT) return port;
  throw invalid('port', '"port" must be a port such as 587.');
}

function checkedUser(user: string | null | undefined): string | null {
  if (user === null || user === undefined) return null;
  if (user.length > 0 && user.length <= MAX_USER && !/\p{Cc}/u.test(user)) return user;
  throw invalid('user', `"user" must have 1 to ${MAX_USER} characters without line breaks, or be null for a server without a login.`);
}

function matching(value: string | undefined, field: string, pattern: RegExp, what: string): string {
  if (value !== undefined && pattern.test(value)) return value;
  throw invalid(field, `"${field}" must be ${what}.`);
}

function invalid(field: string, message: string): GracelineError {
  return new GracelineError('INVALID_INPUT', message, { field });
}
