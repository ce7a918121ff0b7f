/** What an answer says of the old behaviour it was made with: headers any client understands, and when they are due. */

/** Whether a migration is on for an account. Instants are Dates or ISO 8601; what is no day yet, such as `2016-06` or `TBD`, says nothing. */
export interface MigrationAnswer {
  /** Whether the account has the new behaviour. */
  readonly enabled: boolean;
  /** When the old behaviour ends for this account. */
  readonly deadline?: Date | string | null;
  /** Since or from when the old behaviour is not to be relied on. */
  readonly gracePeriodStart?: Date | string | null;
  /** Where to read how to get over to the new one. */
  readonly guideUrl?: string | null;
}

/** Header fields, those that there is something to say in. */
export interface SignalHeaders {
  /** RFC 9745: a Date of structured fields. */
  readonly deprecation: string | null;
  /** RFC 8594: an HTTP-date. */
  readonly sunset: string | null;
  /** RFC 8288: links, to be added to what is there; empty for none. */
  readonly link: string;
}

/** A day or an instant with a zone; a month and `TBD` are neither. */
const DAY_OR_INSTANT = /^\d{4}-\d\d-\d\d(T.+(Z|[+-]\d\d:?\d\d))?$/;

/**
 * The headers for an account that is on the old behaviour.
 *
 * @param page where the migration is described for everybody; null where nowhere
 */
export function signalHeaders({ deadline, gracePeriodStart, guideUrl }: MigrationAnswer, page: string | null): SignalHeaders {
  const sunset = instantOf(deadline);
  const start = instantOf(gracePeriodStart);
  // What ends is deprecated by then at the latest: RFC 9745 allows no sunset before the deprecation.
  const deprecated = start !== null && sunset !== null && sunset < start ? sunset : start;
  const links = [linkTo(linkable(guideUrl) ?? linkable(page), 'deprecation'), linkTo(linkable(page) ?? linkable(guideUrl), 'sunset')];
  return {
    deprecation: deprecated && `@${Math.floor(deprecated.getTime() / 1_000)}`,
    sunset: sunset && sunset.toUTCString(),
    link: links.filter((link) => link !== null).join(', '),
  };
}

/** Ours with what an answer has already: each date once, the earlier of two; links one after the other. */
export function joinedHeaders(ours: SignalHeaders, present: (name: string) => string | null): Readonly<Record<string, string>> {
  const link = [present('link'), ours.link].filter(Boolean).join(', ');
  const deprecation = earlier(present('deprecation'), ours.deprecation, secondsOf);
  const sunset = earlier(present('sunset'), ours.sunset, Date.parse);
  return {
    ...(deprecation !== null && { deprecation }),
    ...(sunset !== null && { sunset }),
    ...(ours.link !== '' && { link }),
  };
}

/** What is there stays where it cannot be read: somebody meant something by it. */
function earlier(present: string | null, ours: string | null, timeOf: (text: string) => number): string | null {
  if (present === null || ours === null) return ours;
  return timeOf(ours) < timeOf(present) ? ours : present;
}

function secondsOf(deprecation: string): number {
  return /^@-?\d+$/.test(deprecation) ? Number(deprecation.slice(1)) : Number.NaN;
}

function instantOf(value: Date | string | null | undefined): Date | null {
  if (typeof value === 'string' && !DAY_OR_INSTANT.test(value)) return null;
  const instant = value == null ? null : new Date(value);
  return instant === null || Number.isNaN(instant.getTime()) ? null : instant;
}

/** An address as a header may hold it; null where it is none that people could open. */
function linkable(address: string | null | undefined): string | null {
  if (!address || !URL.canParse(address)) return null;
  const { protocol, href } = new URL(address);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}

function linkTo(address: string | null, relation: string): string | null {
  return address && `<${address}>; rel="${relation}"; type="text/html"`;
}
