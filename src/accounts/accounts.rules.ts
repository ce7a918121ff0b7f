/** What a valid account and a valid administrator are. One set of rules for the API and the bulk import. */
import { GracelineError } from '../errors.ts';

/** Where an account runs: on the shared cloud, or on an appliance of its own. */
export const PLATFORMS = ['CLOUD', 'APPLIANCE'] as const;

/** See {@link PLATFORMS}. */
export type Platform = (typeof PLATFORMS)[number];

/** The most characters (UTF-16 units) each text may have. */
export const LIMITS = {
  id: 200,
  name: 200,
  plan: 100,
  region: 100,
  attributeKeys: 50,
  attributeKey: 100,
  attributeValue: 500,
  email: 254,
} as const;

/** An account as somebody describes it, checked. */
export interface AccountFields {
  readonly id: string;
  readonly name: string;
  readonly platform: Platform;
  readonly plan: string | null;
  readonly region: string | null;
  readonly timeZone: string;
  readonly usesBuiltInEmail: boolean;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Null where nobody said: the present for a new account, as it was for an existing one. */
  readonly createdAt: Date | null;
}

/** Every field an account is given by, whatever it comes from. */
export const ACCOUNT_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'platform',
  'plan',
  'region',
  'timeZone',
  'usesBuiltInEmail',
  'attributes',
  'createdAt',
]);
// oxlint-disable-next-line no-control-regex -- finding control characters is its purpose
const CONTROL = /[\u0000-\u001f\u007f]/;
/** The instants PostgreSQL and JavaScript read alike; a local time without an offset would depend on the machine. */
const INSTANT = /^(?:19[7-9]\d|[2-9]\d{3})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Checks an account of unknown origin: an input of the API, a line of a file. Absent or null `plan` and `region` mean
 * none, an absent time zone UTC, absent `usesBuiltInEmail` true, absent attributes none.
 *
 * @param isTimeZone whether a name is one of the IANA database
 * @throws GracelineError INVALID_INPUT or INVALID_TIME_ZONE that names the field and what it takes
 */
export function accountFields(raw: Readonly<Record<string, unknown>>, isTimeZone: (name: string) => boolean): AccountFields {
  for (const key of Object.keys(raw)) {
    if (!ACCOUNT_FIELDS.has(key))
      throw invalid(shown(key), `"${shown(key)}" is no field of an account. Use ${[...ACCOUNT_FIELDS].join(', ')}.`);
  }
  return {
    id: validId(raw.id),
    name: validName(raw.name),
    platform: validPlatform(raw.platform),
    plan: validLabel(raw.plan, 'plan', LIMITS.plan),
    region: validLabel(raw.region, 'region', LIMITS.region),
    timeZone: validTimeZone(raw.timeZone ?? 'UTC', isTimeZone),
    usesBuiltInEmail: validFlag(raw.usesBuiltInEmail ?? true, 'usesBuiltInEmail'),
    attributes: validAttributes(raw.attributes ?? {}),
    createdAt: validInstant(raw.createdAt ?? null, 'createdAt'),
  };
}

/**
 * Checks an account's id, which stays exactly as the platform gave it.
 *
 * @throws GracelineError INVALID_INPUT
 */
export function validId(value: unknown): string {
  const id = oneLine(value, 'id', LIMITS.id);
  if (id !== value) throw invalid('id', '"id" begins or ends with whitespace. Remove it.');
  return id;
}

/**
 * Checks the name of an account or administrator and trims it.
 *
 * @throws GracelineError INVALID_INPUT
 */
export function validName(value: unknown): string {
  return oneLine(value, 'name', LIMITS.name);
}

/**
 * Checks an administrator's address and puts it in lower case. Pragmatic: mail tells whether an address works, this keeps
 * out what could never work or would mean something else in a header.
 *
 * @throws GracelineError INVALID_EMAIL
 */
export function validEmail(value: string): string {
  const email = value.length > LIMITS.email ? '' : value.trim().toLowerCase();
  const [local = '', domain = '', ...more] = email.split('@');
  const localHolds = /^[^\s@,;:<>()[\]\\"\p{Cc}]{1,64}$/u.test(local) && local.isWellFormed() && !/^\.|\.\.|\.$/.test(local);
  const domainHolds = domain.split('.').every((label) => /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u.test(label));
  // A line break at the end is trimmed like a space by people's tools, but never by accident in an address.
  if (more.length === 0 && localHolds && domainHolds && !CONTROL.test(value)) return email;
  throw new GracelineError(
    'INVALID_EMAIL',
    `"${shown(value)}" is no email address. Give one such as ada@example.com, at most ${LIMITS.email} characters.`,
    { field: 'email' },
  );
}

/**
 * Checks a language tag and puts it in its canonical form, e.g. `de-at` to `de-AT`.
 *
 * @throws GracelineError INVALID_INPUT
 */
export function validLocale(value: string): string {
  try {
    const [locale] = value.length <= 100 ? Intl.getCanonicalLocales(value) : [];
    if (locale) return locale;
  } catch {
    // Said below, with what to give instead.
  }
  throw invalid('locale', `"${shown(value)}" is no language tag. Give one such as en or de-AT.`);
}

/**
 * Checks a time zone.
 *
 * @param isTimeZone whether a name is one of the IANA database
 * @throws GracelineError INVALID_TIME_ZONE
 */
export function validTimeZone(value: unknown, isTimeZone: (name: string) => boolean): string {
  if (typeof value === 'string' && value.length <= 100 && isTimeZone(value)) return value;
  throw new GracelineError(
    'INVALID_TIME_ZONE',
    `${typeof value === 'string' ? `"${shown(value)}"` : '"timeZone"'} is no time zone. Give one of the IANA database such as Europe/Berlin.`,
    { field: 'timeZone' },
  );
}

function validPlatform(value: unknown): Platform {
  if (value === 'CLOUD' || value === 'APPLIANCE') return value;
  throw invalid('platform', `"platform" must be one of ${PLATFORMS.join(', ')}.`);
}

function validLabel(value: unknown, field: string, limit: number): string | null {
  return value === undefined || value === null ? null : oneLine(value, field, limit);
}

function validFlag(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(field, `"${field}" must be true or false.`);
}

function validAttributes(value: unknown): AccountFields['attributes'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('attributes', '"attributes" must be an object such as {"tier": "gold", "seats": 5}.');
  const names = Object.keys(value);
  if (names.length > LIMITS.attributeKeys)
    throw invalid('attributes', `"attributes" has ${names.length} keys; at most ${LIMITS.attributeKeys} are kept.`, LIMITS.attributeKeys);
  for (const name of names) {
    const key = `attributes.${shown(name)}`;
    if (name === '' || name.length > LIMITS.attributeKey)
      throw invalid(
        key,
        `A key of "attributes" has ${name.length} characters; it must have 1 to ${LIMITS.attributeKey}.`,
        LIMITS.attributeKey,
      );
    if (name === '__proto__' || CONTROL.test(name) || !name.isWellFormed()) throw invalid(key, `"${key}" is no usable key. Rename it.`);
    checkAttribute((value as Record<string, unknown>)[name], key);
  }
  return value as AccountFields['attributes'];
}

function checkAttribute(value: unknown, key: string): void {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return;
  if (typeof value !== 'string') throw invalid(key, `"${key}" must be a text, a finite number, true or false.`);
  if (value.length > LIMITS.attributeValue)
    throw invalid(key, `"${key}" has ${value.length} characters; at most ${LIMITS.attributeValue} are kept.`, LIMITS.attributeValue);
  if (value.includes('\0') || !value.isWellFormed())
    throw invalid(key, `"${key}" holds characters that no text may hold (NUL or half a surrogate pair).`);
}

function validInstant(value: unknown, field: string): Date | null {
  if (value === null) return null;
  if (value instanceof Date && value.getTime() >= 0 && value.getUTCFullYear() <= 9999) return value;
  if (typeof value === 'string') {
    const parts = INSTANT.exec(value);
    const instant = new Date(value);
    // JavaScript takes 30 February for 1 March; a file that says so is wrong.
    if (parts && !Number.isNaN(instant.getTime()) && Number(parts[2]) <= daysInMonth(Number(value.slice(0, 4)), Number(parts[1])))
      return instant;
  }
  throw invalid(field, `"${field}" must be an instant with its offset such as 2026-05-01T00:00:00Z, from 1970 on.`);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** A text of one line, trimmed, of 1 to `limit` characters. */
function oneLine(value: unknown, field: string, limit: number): string {
  if (typeof value !== 'string') throw invalid(field, value === undefined ? `"${field}" is missing.` : `"${field}" must be a text.`);
  const text = value.trim();
  if (text.length === 0 || text.length > limit)
    throw invalid(field, `"${field}" has ${text.length} characters; it must have 1 to ${limit}.`, limit);
  if (CONTROL.test(text)) throw invalid(field, `"${field}" holds control characters. Remove them.`);
  if (!text.isWellFormed()) throw invalid(field, `"${field}" holds half a surrogate pair, which is no character. Remove it.`);
  return text;
}

function invalid(field: string, message: string, limit?: number): GracelineError {
  return new GracelineError('INVALID_INPUT', message, limit === undefined ? { field } : { field, limit });
}

/** What somebody gave, as a message repeats it: short, and on one line. */
function shown(text: string): string {
  const printable = text.slice(0, 80).replaceAll(/\p{C}/gu, '?');
  return text.length > 80 ? `${printable}…` : printable;
}
