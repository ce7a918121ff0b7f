/** Words a reminder: one mail about everything an administrator has to know, for people to read. Pure. */
import { isSafe, type LastUse, quietDays } from '../gates/usage.rules.ts';
import type { PartialDate } from '../migrations/dates.rules.ts';
import type { Severity } from '../migrations/lifecycle.rules.ts';
import { oneLine } from './outgoing-mail.ts';
import { type MailDates, mailDates } from './mail-dates.ts';
import { type Fact, type LetterItem, letterHtml, letterText, type LetterPart } from './letter.ts';

/** Everything a reminder has to say. A migration is in one of the three lists. */
export interface ReminderContent {
  readonly administrator: { readonly name: string; readonly email: string; readonly timeZone: string; readonly locale: string };
  readonly platformName: string;
  /** Where the dashboard is. */
  readonly publicUrl: string;
  readonly now: Date;
  /** Became mandatory; the last word about them. */
  readonly nowOn: readonly MigrationSection[];
  /** Open, with a deadline that was moved. */
  readonly rescheduled: readonly RescheduledSection[];
  /** Open. */
  readonly open: readonly MigrationSection[];
}

/** What a reminder says of one migration. */
export interface MigrationSection {
  readonly key: string;
  readonly title: string;
  readonly severity: Severity;
  readonly mandatoryOptIn: PartialDate;
  /** Only http and https become a link. */
  readonly guideUrl: string | null;
  /** Accounts of the administrator it is open (or now on) for; the first {@link MAX_ACCOUNTS_LISTED} are named. */
  readonly accounts: readonly AccountLine[];
  /** How many they are; may exceed those given. */
  readonly accountCount: number;
}

/** A migration whose deadline was moved. */
export interface RescheduledSection extends MigrationSection {
  /** The deadline it had. */
  readonly oldDeadline: PartialDate;
  /** Why it was moved; null where nobody said. */
  readonly reason: string | null;
}

/** One account in a reminder. */
export interface AccountLine {
  readonly id: string;
  readonly name: string;
  /** From when it is on for this account; null while nobody knows. */
  readonly deadline: Date | null;
  /** Of its effective state. */
  readonly reason: string;
  /** When it last used what the migration ends; left out where that no longer matters. */
  readonly lastUse?: LastUse;
}

/** A mail, worded. */
export interface WordedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** More are counted, not named: a mail about a thousand accounts is read by nobody and cut by many servers. */
export const MAX_ACCOUNTS_LISTED = 50;

const SEVERITY_WORDS: Readonly<Record<Severity, string>> = { LOW: 'low', MEDIUM: 'medium', HIGH: 'high', CRITICAL: 'critical' };

/** Words the reminder, in the administrator's own dates. */
export function renderReminder(content: ReminderContent): WordedMail {
  const dates = mailDates(content.administrator.locale, content.administrator.timeZone);
  const subject = subjectOf(content, dates);
  const platform = oneLine(content.platformName);
  const letter = {
    title: subject,
    greeting: `Hello ${oneLine(content.administrator.name) || content.administrator.email},`,
    lead: `This is everything that ${platform} has to tell you today about changes on the accounts you administer.`,
    parts: partsOf(content, dates),
    dashboardUrl: content.publicUrl,
    footer: `You get this mail because you administer accounts on ${platform}. It is a service mail about those accounts, which is why it has no link to unsubscribe; it stops for an account as soon as nothing is left to do there. Local times are those of ${content.administrator.timeZone}.`,
  };
  return { subject, text: letterText(letter), html: letterHtml(letter) };
}

function subjectOf({ open, rescheduled, nowOn }: ReminderContent, dates: MailDates): string {
  const parts = [
    open.length > 0 ? `Action needed${by(open, dates)}: ${migrations(open)} on ${accounts(open)}` : '',
    rescheduled.length > 0 ? `Rescheduled: ${migrations(rescheduled)}${by(rescheduled, dates, ', now ')}` : '',
    nowOn.length > 0 ? `Now on: ${migrations(nowOn)}` : '',
  ];
  return parts.filter(Boolean).join('; ');
}

function partsOf({ open, rescheduled, nowOn, now }: ReminderContent, dates: MailDates): LetterPart[] {
  const parts: LetterPart[] = [
    {
      heading: 'Rescheduled',
      lead: 'The dates of these changes have moved. You can opt in as soon as their grace period has started.',
      items: rescheduled.map((section) =>
        itemOf(section, now, dates, [
          { label: 'New deadline', value: deadlineOf(section, dates) },
          { label: 'Was', value: dates.partial(section.oldDeadline) },
          ...(section.reason ? [{ label: 'Reason', value: oneLine(section.reason, 1_000) }] : []),
        ]),
      ),
    },
    {
      heading: 'Action needed',
      lead: 'Prepare these accounts and opt in before the deadline. From the deadline on, the change is on for every account.',
      items: open.map((section) => itemOf(section, now, dates, [{ label: 'Deadline', value: deadlineOf(section, dates) }])),
    },
    {
      heading: 'Now on',
      lead: 'These changes are on for the accounts below. This is the last mail about them.',
      items: nowOn.map((section) => itemOf(section, now, dates, [{ label: 'On since', value: deadlineOf(section, dates) }], 'on since')),
    },
  ];
  return parts.filter(({ items }) => items.length > 0);
}

/** @param own what the instant of an account means where it is another than that of the section */
function itemOf(section: MigrationSection, now: Date, dates: MailDates, facts: Fact[], own = 'its own deadline is'): LetterItem {
  const listed = section.accounts.slice(0, MAX_ACCOUNTS_LISTED);
  const shared = earliestDeadline([section])?.getTime();
  return {
    title: oneLine(section.title),
    facts: [...facts, { label: 'Severity', value: SEVERITY_WORDS[section.severity] }],
    accountsHeading: counted(section.accountCount, 'account'),
    accounts: listed.map(({ id, name, deadline, reason, lastUse }) => ({
      id: oneLine(id),
      name: oneLine(name),
      // Said only where it differs from what stands above for all of them.
      note: [
        deadline && deadline.getTime() !== shared ? `${own} ${dates.instant(deadline)}` : '',
        reason === 'OPTED_OUT' ? 'opted out again' : '',
        lastUse ? wordsOf(lastUse, now, dates) : '',
      ]
        .filter(Boolean)
        .join('; '),
    })),
    more: Math.max(section.accountCount - listed.length, 0),
    guideUrl: section.guideUrl !== null && /^https?:\/\/\S+$/i.test(section.guideUrl) ? section.guideUrl : null,
  };
}

/** What its uses say of an account; nothing where they say nothing yet. */
function wordsOf(lastUse: LastUse, now: Date, dates: MailDates): string {
  const quiet = quietDays(lastUse, now);
  if (quiet !== null && isSafe(quiet)) return `old behaviour not used for ${quiet} days: safe to enable`;
  return lastUse.lastUsedAt ? `old behaviour last used on ${dates.day(lastUse.lastUsedAt)}` : '';
}

function deadlineOf(section: MigrationSection, dates: MailDates): string {
  const deadline = earliestDeadline([section]);
  return deadline ? dates.instant(deadline) : dates.partial(section.mandatoryOptIn);
}

function earliestDeadline(sections: readonly MigrationSection[]): Date | null {
  const deadlines = sections.flatMap((section) => section.accounts.flatMap(({ deadline }) => (deadline ? [deadline.getTime()] : [])));
  // Not spread into Math.min: an administrator of a hundred thousand accounts would overflow the stack.
  return deadlines.length > 0 ? new Date(deadlines.reduce((a, b) => Math.min(a, b))) : null;
}

function by(sections: readonly MigrationSection[], dates: MailDates, word = ' by '): string {
  const deadline = earliestDeadline(sections);
  return deadline ? word + dates.day(deadline) : '';
}

function migrations(sections: readonly MigrationSection[]): string {
  return sections.length === 1 ? oneLine(sections[0]!.title, 80) : counted(sections.length, 'migration');
}

/** How many different accounts; where not all are given, at least so many. */
function accounts(sections: readonly MigrationSection[]): string {
  if (sections.length === 1) return counted(sections[0]!.accountCount, 'account');
  const known = new Set(sections.flatMap((section) => section.accounts.map(({ id }) => id))).size;
  const exact = sections.every((section) => section.accounts.length >= section.accountCount);
  const least = sections.reduce((most, { accountCount }) => Math.max(most, accountCount), known);
  return exact ? counted(known, 'account') : `at least ${counted(least, 'account')}`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
