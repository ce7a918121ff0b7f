import { GracelineError } from '../errors.ts';
import type { AffectedRule, Attributes } from '../rollouts/effective-state.rules.ts';
import type { PartialDate } from './dates.rules.ts';
import type { LifecycleState, Schedule, Severity } from './lifecycle.rules.ts';

/** A migration as readers see it. */
export interface MigrationView extends Schedule {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  /** Markdown. */
  readonly description: string;
  readonly severity: Severity;
  /** The state at the instant it was read. */
  readonly state: LifecycleState;
  /** The state a worker last recorded; it may trail behind `state` for some seconds. */
  readonly recordedState: LifecycleState;
  readonly reversible: boolean;
  readonly guideUrl: string | null;
  readonly affects: AffectedRule;
  readonly announcedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** One change of a migration's dates, applied or asked for. */
export interface RescheduleView {
  readonly id: string;
  readonly migrationId: string;
  readonly status: 'PENDING' | 'APPLIED' | 'REJECTED';
  readonly oldGracePeriodStart: PartialDate;
  readonly oldMandatoryOptIn: PartialDate;
  readonly newGracePeriodStart: PartialDate;
  readonly newMandatoryOptIn: PartialDate;
  readonly reason: string | null;
  /** Null to whom it is not shown. */
  readonly requestedBy: string | null;
  readonly requestedAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
}

/** What an operator writes about a migration, apart from its dates. Left out means unchanged (or the default when new). */
export interface MigrationTexts {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly reversible?: boolean | undefined;
  /** Null removes it. */
  readonly guideUrl?: string | null | undefined;
}

const MAX_TITLE = 200;
const MAX_REASON = 2_000;
const MAX_URL = 2_000;

/**
 * A key as it may stand in URLs and code: lower case letters, digits and single hyphens, 1 to 80 characters.
 *
 * @throws GracelineError INVALID_INPUT
 */
export function checkedKey(key: string): string {
  if (key.length <= 80 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(key)) return key;
  throw new GracelineError('INVALID_INPUT', 'A key has 1 to 80 lower case letters, digits and single hyphens, e.g. "email-from-address".', {
    field: 'key',
  });
}

/**
 * A title of one line.
 *
 * @returns it without spaces at its ends
 * @throws GracelineError INVALID_INPUT
 */
export function checkedTitle(title: string): string {
  const trimmed = title.trim();
  if (trimmed.length === 0 || trimmed.length > MAX_TITLE) {
    throw new GracelineError('INVALID_INPUT', `A title has 1 to ${MAX_TITLE} characters; this one has ${trimmed.length}.`, {
      field: 'title',
    });
  }
  if (hasControlCharacter(trimmed))
    throw new GracelineError('INVALID_INPUT', 'A title is one line without control characters.', { field: 'title' });
  return trimmed;
}

/**
 * A reason somebody gives for the record.
 *
 * @throws GracelineError REASON_NEEDED where it is empty, INVALID_INPUT where it is longer than 2,000 characters
 */
export function checkedReason(reason: string | null | undefined): string {
  const trimmed = reason?.trim() ?? '';
  if (trimmed === '')
    throw new GracelineError('REASON_NEEDED', 'Give a reason: it is kept with the change and shown to those it concerns.', {
      field: 'reason',
    });
  if (trimmed.length > MAX_REASON || trimmed.includes('\0')) {
    throw new GracelineError('INVALID_INPUT', `A reason has at most ${MAX_REASON} characters and no NUL.`, { field: 'reason' });
  }
  return trimmed;
}

/**
 * The address of a guide: http or https.
 *
 * @throws GracelineError INVALID_INPUT
 */
export function checkedGuideUrl(url: string | null): string | null {
  if (url === null) return null;
  if (url.length <= MAX_URL && URL.canParse(url) && /^https?:\/\//i.test(url) && !hasControlCharacter(url)) return url;
  throw new GracelineError('INVALID_INPUT', 'A guide is an http or https address, e.g. https://docs.example.com/guide.', {
    field: 'guideUrl',
  });
}

/**
 * The attributes a migration demands of an account: flat, at most 20.
 *
 * @throws GracelineError INVALID_INPUT
 */
export function checkedAttributes(attributes: Record<string, unknown>): Attributes {
  const entries = Object.entries(attributes);
  const flat = entries.every(([name, value]) => name.length <= 100 && !name.includes('\0') && isScalar(value));
  if (flat && entries.length <= 20) return attributes as Attributes;
  throw new GracelineError('INVALID_INPUT', 'Attributes are up to 20 names with a text, a number or true/false each.', {
    field: 'attributes',
  });
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= 500 && !value.includes('\0');
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
