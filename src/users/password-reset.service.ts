import { createHash, randomBytes } from 'node:crypto';
import { validEmail } from '../accounts/accounts.rules.ts';
import { type Actor, SYSTEM } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import type { RateLimits } from '../db/rate-limits.ts';
import type { TemplatesService } from '../email/templates/templates.service.ts';
import type { UserMailService } from '../email/user-mail/user-mail.service.ts';
import { GracelineError } from '../errors.ts';
import { writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import type { GatesService } from '../gates/gates.service.ts';
import type { Application, ApplicationsService } from './applications.service.ts';
import { findLink, type OpenLink, replaceLink, takeLink } from './password-links.repository.ts';
import type { Passwords } from './passwords.ts';
import type { UserView } from './profile.rules.ts';
import { findUserByEmail, updatePassword } from './users.repository.ts';
import { requirePassword } from './users.rules.ts';

/** By all people of an account together; past it the caller is told. */
const ASKED_OF_ACCOUNT = { points: 100, seconds: 60 };
/** For one address; past it nothing is sent, and nobody is told. */
const ASKED_FOR_ADDRESS = { points: 5, seconds: 600 };
/** With one link: each costs a hash. */
const TRIED_WITH_LINK = { points: 10, seconds: 60 };
/** 256 bits: nobody guesses a link. */
const TICKET_BYTES = 32;
const TICKET = /^[\w-]{43}$/;
const MS_PER_SECOND = 1_000;

/** Who forgot a password, and where. */
export interface ResetRequest {
  readonly clientId: string;
  readonly connection: string;
  readonly email: string;
  /** The old flow: what the link of the mail applies. */
  readonly password?: string | undefined;
}

/** What became of a link that was opened or used. */
export interface LinkOutcome {
  /** It waits for the new password; or the password is changed, and the link used up. */
  readonly kind: 'asks' | 'changed';
  /** Whose user it is, as people know it. */
  readonly accountName: string;
  /** Where the person goes afterwards; null for a page of ours. */
  readonly resultUrl: string | null;
}

/** What {@link PasswordResetService} is made of. */
export interface PasswordResetParts {
  readonly db: Database;
  readonly wake: Pick<Wake, 'ring'>;
  readonly clock: Clock;
  readonly gates: GatesService;
  readonly limits: RateLimits;
  readonly passwords: Passwords;
  readonly applications: ApplicationsService;
  readonly templates: Pick<TemplatesService, 'linkSettings'>;
  readonly mails: Pick<UserMailService, 'queue'>;
  /** The platform's public address, where links lead. */
  readonly publicUrl: string;
}

/** New passwords for people who forgot theirs: by a link in a mail. */
export class PasswordResetService {
  constructor(private readonly parts: PasswordResetParts) {}

  /**
   * Mails a link, if there is such a user. Neither the outcome nor the time tells whether there is.
   *
   * Where the gate PASSWORD_RESET is off, a password given is what the link applies; where it is on it is ignored, and the
   * link asks for one.
   *
   * @throws GracelineError NOT_FOUND for an unknown application, INVALID_EMAIL, INVALID_PASSWORD, RATE_LIMITED for the
   *   account as a whole
   */
  async ask({ clientId, connection, email, password }: ResetRequest): Promise<void> {
    const { db, applications, gates, limits, passwords } = this.parts;
    const application = await applications.application(clientId);
    const { accountNumber } = application;
    const address = validEmail(email);
    await limits.take('password-reset-account', String(accountNumber), ASKED_OF_ACCOUNT);
    const asBefore = password !== undefined && !(await gates.isOn('PASSWORD_RESET', accountNumber));
    if (asBefore) requirePassword(password);
    const isWithin = await this.isWithinLimit(JSON.stringify([accountNumber, connection, address]));
    if (asBefore) gates.recordUse('PASSWORD_RESET', accountNumber, clientId);
    const passwordHash = asBefore ? await passwords.hash(password, accountNumber) : null;
    const user = await findUserByEmail(db, accountNumber, connection, address);
    const known = isWithin && user?.passwordHash ? user : null;
    await this.send(application, address, known, passwordHash);
  }

  /**
   * Opens a link, as a click in the mail does. In the old flow that alone changes the password, as long as the gate is off.
   *
   * @param ticket what the link carries
   * @param mayChange false for requests that promise to change nothing
   * @throws GracelineError INVALID_LINK
   */
  async open(ticket: string, mayChange: boolean): Promise<LinkOutcome> {
    const link = await this.requireLink(ticket);
    const { passwordHash, accountNumber, accountName, resultUrl } = link;
    // A link of the old flow that waits in a mailbox when the gate goes on does no more harm: it asks as well.
    if (passwordHash === null || !mayChange || (await this.parts.gates.isOn('PASSWORD_RESET', accountNumber)))
      return { kind: 'asks', accountName, resultUrl };
    return this.apply(ticket, link, passwordHash);
  }

  /**
   * Changes the password with a link, once.
   *
   * @throws GracelineError INVALID_LINK, INVALID_PASSWORD, RATE_LIMITED
   */
  async change(ticket: string, password: string): Promise<LinkOutcome> {
    const link = await this.requireLink(ticket);
    requirePassword(password);
    await this.parts.limits.take('password-link', ticket, TRIED_WITH_LINK);
    return this.apply(ticket, link, await this.parts.passwords.hash(password, link.accountNumber));
  }

  private async isWithinLimit(address: string): Promise<boolean> {
    try {
      await this.parts.limits.take('password-reset-address', address, ASKED_FOR_ADDRESS);
      return true;
    } catch (error) {
      if (error instanceof GracelineError && error.code === 'RATE_LIMITED') return false;
      throw error;
    }
  }

  /** Does the same whether or not there is a user, up to the commit, and then keeps it or not: so it takes as long. */
  private async send(application: Application, address: string, user: UserView | null, passwordHash: string | null): Promise<void> {
    const { db, clock, wake, templates } = this.parts;
    const { accountNumber } = application;
    const { lifetimeSeconds, resultUrl } = await templates.linkSettings(accountNumber, 'PASSWORD_CHANGE');
    const now = clock.now();
    const expiresAt = new Date(now.getTime() + lifetimeSeconds * MS_PER_SECOND);
    const ticket = randomBytes(TICKET_BYTES).toString('base64url');
    const { id, name } = user ?? { id: '', name: address };
    await db.transaction(async (tx) => {
      // Two requests for one address take turns, known or not; else only those for a known one would.
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [JSON.stringify(['password reset', accountNumber, address])]);
      await tx.query('savepoint asked');
      await replaceLink(tx, { hash: hashOf(ticket), user: { id, accountNumber }, passwordHash, resultUrl, createdAt: now, expiresAt });
      await this.queueMail(tx, application, { name, address }, ticket, expiresAt, now);
      const data = { user: id, application: application.id };
      await writeEvents(tx, of(application.id), now, [{ type: 'PASSWORD_LINK_SENT', accountNumber, data }]);
      await tx.em.flush();
      await tx.query(user ? 'release savepoint asked' : 'rollback to savepoint asked');
    });
    wake.ring();
  }

  private queueMail(
    tx: Transaction,
    { accountNumber, name }: Application,
    recipient: { readonly name: string; readonly address: string },
    ticket: string,
    expiresAt: Date,
    now: Date,
  ): Promise<string> {
    const url = `${this.parts.publicUrl.replace(/\/$/, '')}${RESET_PATH}?ticket=${ticket}`;
    const variables = { user: { name: recipient.name, email: recipient.address }, application: { name }, url };
    return this.parts.mails.queue(tx, { accountNumber, template: 'PASSWORD_CHANGE', recipient, variables, expiresAt }, now);
  }

  private async requireLink(ticket: string): Promise<OpenLink> {
    const link = TICKET.test(ticket) ? await findLink(this.parts.db, hashOf(ticket), this.parts.clock.now()) : undefined;
    if (!link) throw gone();
    return link;
  }

  private async apply(ticket: string, link: OpenLink, passwordHash: string): Promise<LinkOutcome> {
    const { userId, accountNumber, accountName, resultUrl } = link;
    const now = this.parts.clock.now();
    await this.parts.db.transaction(async (tx) => {
      if (!(await takeLink(tx, hashOf(ticket), now))) throw gone();
      await updatePassword(tx, { accountNumber, id: userId }, passwordHash, now);
      await writeEvents(tx, of('link in a mail'), now, [{ type: 'PASSWORD_CHANGED', accountNumber, data: { user: userId } }]);
    });
    this.parts.wake.ring();
    return { kind: 'changed', accountName, resultUrl };
  }
}

/** Where the links of mails lead. */
export const RESET_PATH = '/password-reset';

/** Who the log names: nobody of ours, but the program or link that was used. */
function of(subject: string): Actor {
  return { ...SYSTEM, subject };
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex');
}

function gone(): GracelineError {
  return new GracelineError('INVALID_LINK', 'This link was used, has expired, or a newer one took its place. Ask for a new one.');
}
