/** Words an administrator's deadlines as a calendar (RFC 5545). Pure. */
import ical, { ICalEventStatus, ICalEventTransparency } from 'ical-generator';
import { mailDates } from '../../email/mail-dates.ts';
import { oneLine } from '../../email/outgoing-mail.ts';
import type { Severity } from '../../migrations/lifecycle.rules.ts';

/** One account that has still to act. */
export interface DeadlineAccount {
  readonly id: string;
  readonly name: string;
  /** Its own. */
  readonly deadline: Date;
  /** Whether it may opt in already. */
  readonly started: boolean;
}

/** What every entry says of its migration. */
interface EntryMigration {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly updatedAt: Date;
  /** Counts its changes. */
  readonly version: number;
}

/** A migration with a deadline to come. */
export interface Deadline extends EntryMigration {
  readonly severity: Severity;
  readonly guideUrl: string | null;
  /** Those with the earliest deadline first; the first of them, where they are many. */
  readonly accounts: readonly DeadlineAccount[];
  /** How many they are. */
  readonly total: number;
}

/** How often an entry has moved since the calendar was first told of it. */
interface Moved {
  readonly moves: number;
  readonly changedAt: Date;
}

/** A migration that was cancelled after the calendar had been told of its deadline. */
export interface CancelledDeadline extends EntryMigration, Moved {
  readonly startsAt: Date;
}

/** What a calendar is made of. */
export interface CalendarContent {
  readonly deadlines: readonly (Deadline & Moved)[];
  readonly cancelled: readonly CancelledDeadline[];
}

/** What all entries have in common. */
export interface CalendarFacts {
  readonly platformName: string;
  /** Where people reach us: the entries lead to the public page there. */
  readonly publicUrl: string;
  /** Of the administrator, for instants in words. */
  readonly timeZone: string;
  readonly locale: string;
}

/** How soon a calendar may ask again, in seconds, as it is told. */
const ASK_AGAIN_SECONDS = 3_600;

/**
 * The calendar: an entry for each migration at the earliest deadline among its accounts, as an instant, because a day would be
 * another in another time zone. It takes no time and blocks none.
 */
export function calendarFeed({ deadlines, cancelled }: CalendarContent, facts: CalendarFacts): string {
  const { platformName } = facts;
  const name = `${oneLine(platformName, 80)}: deadlines`;
  const calendar = ical({ name, prodId: { company: 'Graceline', product: 'Deadlines', language: 'EN' }, ttl: ASK_AGAIN_SECONDS });
  for (const deadline of deadlines) {
    calendar.createEvent({
      ...entryOf(deadline, facts),
      start: deadline.accounts[0]!.deadline,
      summary: `Deadline: ${oneLine(deadline.title)}`,
      description: descriptionOf(deadline, facts),
      status: deadline.accounts.some(({ started }) => started) ? ICalEventStatus.CONFIRMED : ICalEventStatus.TENTATIVE,
    });
  }
  for (const entry of cancelled) {
    calendar.createEvent({
      ...entryOf(entry, facts),
      start: entry.startsAt,
      summary: `Cancelled: ${oneLine(entry.title)}`,
      description: `This change of ${oneLine(platformName)} was cancelled. There is nothing to do.`,
      status: ICalEventStatus.CANCELLED,
    });
  }
  return calendar.toString();
}

/** What an entry says whatever became of it. */
function entryOf({ id, key, updatedAt, version, moves, changedAt }: EntryMigration & Moved, { publicUrl }: CalendarFacts) {
  const modified = moves > 0 && changedAt > updatedAt ? changedAt : updatedAt;
  return {
    // What names it must not change with its title, its date or our address.
    id: `${id}@graceline`,
    stamp: modified,
    lastModified: modified,
    // Both only rise, so their sum does at each change of either.
    sequence: version + moves,
    url: new URL(`/migrations#${encodeURIComponent(key)}`, publicUrl).href,
    transparency: ICalEventTransparency.TRANSPARENT,
  };
}

function descriptionOf({ accounts, total, severity, guideUrl }: Deadline, { platformName, timeZone, locale }: CalendarFacts): string {
  const dates = mailDates(locale, timeZone);
  const earliest = accounts[0]!.deadline;
  const started = accounts.some((account) => account.started);
  const listed = accounts.map(({ id, name, deadline }) => {
    const own = deadline.getTime() === earliest.getTime() ? '' : `, its own deadline is ${dates.instant(deadline)}`;
    return `- ${oneLine(name)} (${oneLine(id)})${own}`;
  });
  return [
    `From ${dates.instant(earliest)} on this change of ${oneLine(platformName)} is on for every account. Its severity is ${severity.toLowerCase()}.`,
    '',
    `${started ? 'Still open' : 'Opting in has not started yet'} on ${total.toLocaleString('en')} account${total === 1 ? '' : 's'} of yours:`,
    ...listed,
    ...(total > listed.length ? [`- and ${(total - listed.length).toLocaleString('en')} more`] : []),
    ...(guideUrl === null ? [] : ['', `Guide: ${oneLine(guideUrl, 2_000)}`]),
  ].join('\n');
}
