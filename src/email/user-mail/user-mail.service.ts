import { accountNotFound, refuseRuntime, requireAccount, requireOperator } from '../../accounts/visibility.ts';
import { validEmail } from '../../accounts/accounts.rules.ts';
import type { Actor } from '../../auth/actor.ts';
import { requireScope } from '../../auth/scopes.rules.ts';
import type { Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../db/database.ts';
import { readQueueDepth } from '../../db/queue-depth.ts';
import { GracelineError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { type QueueView, SHOWN_FAILURES } from '../../operations/operations.rules.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../../pagination.ts';
import { placeOfMailVariables } from '../../secrets/places.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { Mailbox } from '../outgoing-mail.ts';
import type { TemplateName, TemplateVariables } from '../templates/template.rules.ts';
import {
  type EmailHealth,
  hasQueued,
  healthOf,
  insertUserMail,
  listFailingAccounts,
  listUserMails,
  readFailedUserMails,
  type UserMailView,
} from './user-mail.repository.ts';
import {
  LONGEST_WAIT_MS,
  MAX_QUEUED_PER_ACCOUNT,
  MAX_VARIABLES_LENGTH,
  maskedAddress,
  RECENT_MS,
  withoutAddresses,
  type UserMailStatus,
} from './user-mail.rules.ts';

/** A mail to a user, before it is composed. */
export interface MailToUser {
  readonly accountNumber: number;
  readonly template: TemplateName;
  readonly recipient: Mailbox;
  /** What its template is filled with. */
  readonly variables: TemplateVariables;
  /** When it is of no use any more, e.g. because its link expires. */
  readonly expiresAt: Date;
}

/** What is sealed of a mail. */
export interface SealedVariables {
  /** What the recipient is called. */
  readonly name: string;
  readonly variables: TemplateVariables;
}

/** The ledger of mails to users: what puts mails into it, and what the account sees of them. */
export class UserMailService {
  /** @param messageIdDomain what stands behind the @ of Message-IDs */
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly secrets: SecretBox,
    private readonly messageIdDomain: string,
  ) {}

  /**
   * Puts a mail into the ledger, in the transaction of what it tells of. Ring the wake after its commit.
   *
   * @returns the id of the mail
   * @throws GracelineError INVALID_EMAIL, INVALID_INPUT where the variables are too long, RATE_LIMITED where too many wait
   */
  async queue(tx: Transaction, mail: MailToUser, now: Date): Promise<string> {
    const id = newId();
    const sealed: SealedVariables = { name: mail.recipient.name, variables: mail.variables };
    const text = JSON.stringify(sealed);
    if (text.length > MAX_VARIABLES_LENGTH)
      throw new GracelineError(
        'INVALID_INPUT',
        `What the mail is filled with is too long. Shorten names and links to ${MAX_VARIABLES_LENGTH} characters in all.`,
      );
    const recipient = validEmail(mail.recipient.address);
    if (await hasQueued(tx, mail.accountNumber, MAX_QUEUED_PER_ACCOUNT))
      throw new GracelineError(
        'RATE_LIMITED',
        `${MAX_QUEUED_PER_ACCOUNT} mails of this account wait to be sent. See what its email provider answers, and try again when fewer wait.`,
      );
    const { accountNumber, template } = mail;
    const variables = this.secrets.seal(text, placeOfMailVariables(id));
    const expiresAt = new Date(Math.min(mail.expiresAt.getTime(), now.getTime() + LONGEST_WAIT_MS));
    await insertUserMail(
      tx,
      { id, accountNumber, template, recipient, variables, expiresAt, messageId: `<${id}@${this.messageIdDomain}>` },
      now,
    );
    return id;
  }

  /**
   * Mails to the users of an account, newest first. A partner without the scope `email:write` sees addresses masked.
   *
   * @param filter `status`: only mails in this state
   * @throws GracelineError NOT_FOUND, FORBIDDEN, INVALID_INPUT, INVALID_CURSOR
   */
  async userMails(
    actor: Actor,
    accountId: string,
    filter: { readonly status?: UserMailStatus | null | undefined },
    page: PageRequest,
  ): Promise<Page<UserMailView>> {
    refuseRuntime(actor);
    requireScope(actor, 'email:write', 'migrations:read');
    const account = await requireAccount(this.db, actor, accountId);
    const first = pageSize(page.first);
    const before = cursorKey(page.after, ['uuid'])?.[0] as string | undefined;
    const rows = await listUserMails(this.db, account.number, filter.status ?? null, before ?? null, first + 1);
    return pageOf(
      rows,
      first,
      ({ id }) => [id],
      (mail) => (seesAddresses(actor) ? mail : withoutAddress(mail)),
    );
  }

  /** How the queue stands, for whoever has been let in already. */
  async queueView(now: Date): Promise<Omit<QueueView, 'name'>> {
    const [depth, failed] = await Promise.all([readQueueDepth(this.db, 'user_mail', now), readFailedUserMails(this.db, SHOWN_FAILURES)]);
    return { ...depth, ...failed };
  }

  /**
   * How sending goes for an account.
   *
   * @throws GracelineError NOT_FOUND, FORBIDDEN
   */
  async emailHealth(actor: Actor, accountId: string): Promise<EmailHealth> {
    refuseRuntime(actor);
    requireScope(actor, 'email:write', 'migrations:read');
    const { number } = await requireAccount(this.db, actor, accountId);
    const [health] = await healthOf(this.db, [number], this.failuresSince());
    if (!health) throw accountNotFound(accountId);
    const { lastAnswer } = health;
    return seesAddresses(actor) ? health : { ...health, lastAnswer: lastAnswer && withoutAddresses(lastAnswer) };
  }

  /**
   * How sending goes for each account that had a failure in the last 24 hours.
   *
   * @throws GracelineError FORBIDDEN, INVALID_INPUT, INVALID_CURSOR
   */
  async failingAccounts(actor: Actor, page: PageRequest): Promise<Page<EmailHealth>> {
    requireOperator(actor);
    const first = pageSize(page.first);
    const after = cursorKey(page.after, ['number'])?.[0] as number | undefined;
    const since = this.failuresSince();
    const numbers = await listFailingAccounts(this.db, since, whole(after ?? 0), first + 1);
    const rows = await healthOf(this.db, numbers, since);
    return pageOf(
      rows.toSorted((a, b) => a.accountNumber - b.accountNumber),
      first,
      ({ accountNumber }) => [accountNumber],
      (health) => health,
    );
  }

  private failuresSince(): Date {
    return new Date(this.clock.now().getTime() - RECENT_MS);
  }
}

/** Answers of providers name addresses as well, and subjects often the person. */
function withoutAddress(mail: UserMailView): UserMailView {
  const { recipient, answer } = mail;
  return { ...mail, recipient: recipient && maskedAddress(recipient), subject: null, answer: answer && withoutAddresses(answer) };
}

function seesAddresses({ role, scopes }: Actor): boolean {
  return role !== 'PARTNER' || scopes.includes('email:write');
}

/** A number from a cursor, as PostgreSQL takes it. */
function whole(value: number): number {
  return Math.min(Math.max(Math.trunc(value), 0), Number.MAX_SAFE_INTEGER);
}
