/**
 * What a gate's migration means for one account, in words for somebody in a hurry: what changes, what to do first, and
 * whether that is done.
 */
import type { TemplateName } from '../email/templates/template.rules.ts';
import type { EffectiveState } from '../rollouts/effective-state.rules.ts';
import type { Gate } from './gates.rules.ts';
import { type ClientUsage, RECENT_DAYS } from './usage.rules.ts';

/** A mail as a user would get it. */
export interface RenderedMail {
  /** `Name <address>` or an address. */
  readonly from: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** One of an account's mails with a gate off and on. */
export interface MailBothWays {
  readonly template: TemplateName;
  /** Whether it is sent at all. */
  readonly enabled: boolean;
  readonly before: RenderedMail;
  readonly after: RenderedMail;
}

/** The gates that change mail. */
export type MailGate = Extract<Gate, 'FROM_ADDRESS' | 'EMAIL_TEMPLATE'>;

/** What a gate's migration would touch of an account, as it stands. */
export type GateFacts =
  | {
      readonly gate: Exclude<Gate, MailGate>;
      /** Who used the old behaviour in the last {@link RECENT_DAYS} days, latest first. */
      readonly recent: readonly ClientUsage[];
    }
  | {
      readonly gate: MailGate;
      /** Whether the platform's built-in provider sends the account's mail. */
      readonly builtIn: boolean;
      readonly mails: readonly MailBothWays[];
    };

/** One thing that works in another way. */
export interface Change {
  readonly title: string;
  readonly before: string;
  readonly after: string;
}

/** What to do before opting in. */
export interface Todo {
  readonly id: string;
  /** What to do, and where it is undone why it is. */
  readonly text: string;
  readonly done: boolean;
  /** While it is undone, opting in must be acknowledged. */
  readonly blocking: boolean;
}

/** What a migration means for one account. */
export interface Impact {
  /** A sentence or two. */
  readonly summary: string;
  readonly changes: readonly Change[];
  /** Those that change. */
  readonly mails: readonly MailBothWays[];
  readonly todo: readonly Todo[];
}

/** More names than these make a sentence nobody reads; all are in the data beside it. */
const NAMED = 3;
/** Characters that turn the direction of what follows: clients choose their names, and the rest of the sentence is ours. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/g;
const MAX_SUMMARY_LENGTH = 500;
const NOT_AFFECTED = 'This account is not affected: nothing changes, and there is nothing to do.';

/** What a gate's migration means. */
export function impactOf(facts: GateFacts): Impact {
  const mails = 'mails' in facts ? changedMails(facts.mails) : [];
  return { summary: summaryOf(facts), changes: changesOf(facts), mails, todo: todoOf(facts) };
}

/** What to do before a gate's migration, done or not. */
export function todoOf(facts: GateFacts): Todo[] {
  switch (facts.gate) {
    case 'IDP_TOKENS':
      return [recentUseTodo('stop-reading-access-tokens', TOKENS_TODO, 'got access tokens the old way', facts.recent)];
    case 'PASSWORD_RESET':
      return [recentUseTodo('stop-sending-passwords', PASSWORDS_TODO, 'sent one', facts.recent)];
    case 'FROM_ADDRESS':
    case 'EMAIL_TEMPLATE': {
      if (!facts.builtIn) return [{ ...PROVIDER_TODO, text: 'Connect an email provider of your own.', done: true }];
      const changed = changedMails(facts.mails).filter(({ enabled }) => enabled);
      if (changed.length === 0) return [];
      const kept = facts.gate === 'FROM_ADDRESS' ? 'your sender' : 'your templates';
      const accepted = facts.gate === 'FROM_ADDRESS' ? `the platform's (${sendersOf(changed, 'after')})` : "the platform's";
      return [{ ...PROVIDER_TODO, text: `Connect an email provider of your own to keep ${kept}, or accept ${accepted}.`, done: false }];
    }
  }
}

/** What to do before a migration that opens no gate, of which others report the uses. */
export function reportedTodo(recent: readonly ClientUsage[]): Todo[] {
  return [recentUseTodo('stop-using-the-old-behaviour', REPORTED_TODO, 'used it', recent)];
}

/** What can be said of a migration that opens no gate: what its description begins with. */
export function neutralImpact({ title, description }: { readonly title: string; readonly description: string }): Impact {
  const [first = ''] = description.trimStart().split(/\n\s*\n/);
  const begin = first.trim() === '' ? `"${title}" has no description.` : shortened(first.replaceAll(/\s+/g, ' ').trim());
  return { summary: begin, changes: [], mails: [], todo: [] };
}

/** The same with what the account's state adds: that it is on already, or never will be. */
export function withState(impact: Impact, { enabled, reason }: Pick<EffectiveState, 'enabled' | 'reason'>): Impact {
  if (enabled) return { ...impact, summary: `It is on for this account already. ${impact.summary}` };
  if (reason !== 'NOT_AFFECTED') return impact;
  // What was done, such as connecting a provider, says more than that nothing is left.
  const doneFor = impact.changes.length === 0 && impact.todo.length > 0;
  return doneFor ? impact : { summary: NOT_AFFECTED, changes: [], mails: [], todo: [] };
}

function changedMails(mails: readonly MailBothWays[]): readonly MailBothWays[] {
  return mails.filter(
    ({ before, after }) =>
      before.from !== after.from || before.subject !== after.subject || before.html !== after.html || before.text !== after.text,
  );
}

const TOKENS_TODO =
  'Let programs ask for the access token of an identity provider with `GET /api/v2/users/{id}` and a token of scope `read:user_idp_tokens`, and no longer take it from other profiles or the ID token.';
const PASSWORDS_TODO =
  'Stop sending `password` to `POST /dbconnections/change_password`: update the sign-in widget, or leave it out of your own calls.';
const REPORTED_TODO = 'Change what still uses the old behaviour, as the guide of the migration says.';
const PROVIDER_TODO = { id: 'connect-a-provider', blocking: true } as const;

function recentUseTodo(id: string, text: string, didWhat: string, recent: readonly ClientUsage[]): Todo {
  const done = recent.length === 0;
  const why = done
    ? `Nobody ${didWhat} in the last ${RECENT_DAYS} days.`
    : `In the last ${RECENT_DAYS} days ${clientsOf(recent)} ${didWhat}.`;
  return { id, text: `${text} ${why}`, done, blocking: true };
}

function summaryOf(facts: GateFacts): string {
  switch (facts.gate) {
    case 'IDP_TOKENS':
      return facts.recent.length === 0
        ? `User profiles and ID tokens no longer carry the access token of the identity provider. Nobody got one that way in the last ${RECENT_DAYS} days, so nothing should break.`
        : `User profiles and ID tokens no longer carry the access token of the identity provider. ${capitalised(clientsOf(facts.recent))} got one that way in the last ${RECENT_DAYS} days and will find it missing.`;
    case 'PASSWORD_RESET':
      return facts.recent.length === 0
        ? `People who forgot their password give the new one on a page that the mail links to. Nobody used the old way in the last ${RECENT_DAYS} days, so nothing should break.`
        : `People who forgot their password give the new one on a page that the mail links to. ${capitalised(clientsOf(facts.recent))} still sent it along in the last ${RECENT_DAYS} days: it will be ignored, and people are asked for it again.`;
    case 'FROM_ADDRESS':
      return mailSummary(
        facts,
        "comes from the platform's address",
        (mails) => `from ${sendersOf(mails, 'after')} instead of ${sendersOf(mails, 'before')}`,
      );
    case 'EMAIL_TEMPLATE':
      return mailSummary(facts, "is the platform's", () => "with the platform's template, subject and sender instead of your own");
  }
}

function mailSummary(
  { builtIn, mails }: { readonly builtIn: boolean; readonly mails: readonly MailBothWays[] },
  already: string,
  how: (mails: readonly MailBothWays[]) => string,
): string {
  if (!builtIn) return 'Nothing changes: this account sends its mail with its own provider.';
  const changed = changedMails(mails);
  if (changed.length === 0) return `Nothing changes: this account's mail ${already} already.`;
  return `${changed.length} of ${mails.length} mails to this account's users will come ${how(changed)}. What you customised is kept, and used again once you connect a provider of your own.`;
}

function changesOf(facts: GateFacts): Change[] {
  switch (facts.gate) {
    case 'IDP_TOKENS':
      return TOKEN_CHANGES;
    case 'PASSWORD_RESET':
      return PASSWORD_CHANGES;
    case 'FROM_ADDRESS':
      return mailChanges(facts.mails, 'Sender', ({ from }) => from);
    case 'EMAIL_TEMPLATE':
      return [
        ...mailChanges(facts.mails, 'Sender', ({ from }) => from),
        ...mailChanges(facts.mails, 'Subject', ({ subject }) => subject),
        ...mailChanges(facts.mails, 'Text', ({ html }) => html, { before: 'Your own.', after: "The platform's." }),
      ];
  }
}

const TOKEN_CHANGES: Change[] = [
  {
    title: 'User profiles and ID tokens',
    before: '`identities[0].access_token` holds the access token of the identity provider.',
    after: 'It is not there.',
  },
  {
    title: '`GET /api/v2/users/{id}`',
    before: 'Whoever may read the user gets the access token.',
    after: 'Only a token of scope `read:user_idp_tokens` gets it.',
  },
];

const PASSWORD_CHANGES: Change[] = [
  {
    title: '`POST /dbconnections/change_password` with `password`',
    before: 'A mail asks the person to confirm; one click applies the password that was sent.',
    after: 'What was sent is ignored; the mail links to a page that asks the person for a new password.',
  },
  {
    title: 'Links that are under way',
    before: 'A click applies the password that was sent.',
    after: 'The same link asks for a new password.',
  },
];

/** One change for each part that differs, with the mails it differs in. */
function mailChanges(
  mails: readonly MailBothWays[],
  part: string,
  of: (mail: RenderedMail) => string,
  words?: Omit<Change, 'title'>,
): Change[] {
  const changed = mails.filter(({ before, after }) => of(before) !== of(after));
  const alike = Map.groupBy(changed, ({ before, after }) => JSON.stringify(words ? null : [of(before), of(after)]));
  return [...alike.values()].map((group) => ({
    title: `${part} of ${listed(group.map(({ template }) => template.toLowerCase().replaceAll('_', ' ')))} mails`,
    before: words?.before ?? of(group[0]!.before),
    after: words?.after ?? of(group[0]!.after),
  }));
}

function sendersOf(mails: readonly MailBothWays[], side: 'before' | 'after'): string {
  return shortList([...new Set(mails.map((mail) => mail[side].from))], 'more');
}

/** Who they are and how often, e.g. `"login" (3 times) and "backup" (once)`. */
function clientsOf(clients: readonly ClientUsage[]): string {
  return shortList(
    clients.map(
      ({ client, uses }) =>
        `${client === '' ? 'somebody unnamed' : `"${client.replace(TURNING, '')}"`} (${uses === 1 ? 'once' : `${uses} times`})`,
    ),
    'others',
  );
}

function shortList(names: readonly string[], rest: string): string {
  return listed(names.length > NAMED ? [...names.slice(0, NAMED), `${names.length - NAMED} ${rest}`] : names);
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function shortened(text: string): string {
  return text.length > MAX_SUMMARY_LENGTH ? `${text.slice(0, MAX_SUMMARY_LENGTH - 1).trimEnd()}…` : text;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
