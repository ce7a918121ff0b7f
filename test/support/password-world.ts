/** People who forgot their passwords, and the mail server that brings them their links. */
import { atEndOfFile } from './end-of-file.ts';
import { call, CONNECTION, type Customer, OPERATOR } from './platform.ts';
import { startService, type TestService } from './service.ts';
import { type SmtpSink, startSmtpSink } from './smtp.ts';

/** Where links lead, whatever the port of the test. */
export const PLATFORM = 'https://platform.example';
/** What everybody has before they forget it. */
export const OLD_PASSWORD = 'correct horse battery';

/** What a request for a new password says, where it differs. */
export interface Asked {
  readonly password?: string;
  readonly connection?: string;
  readonly client_id?: string;
}

/** A service whose built-in provider sends to a mail server of the test's. */
export interface PasswordWorld {
  readonly service: TestService;
  readonly sink: SmtpSink;
  /** Makes a user with {@link OLD_PASSWORD}; each call another address. */
  person(account: string): Promise<string>;
  /** `POST /dbconnections/change_password`. */
  ask(customer: Customer, email: string, asked?: Asked): Promise<Response>;
  /** Sends what is due. */
  deliver(): Promise<void>;
  /** The path and query of the link in the last mail to an address, once all that is due was sent. */
  linkTo(email: string): Promise<string>;
  /** Sends the form of the page with a new password. */
  submit(link: string, password: string, more?: Readonly<Record<string, string>>): Promise<Response>;
  /** Whether somebody can sign in. */
  signsIn(customer: Customer, email: string, password: string): Promise<boolean>;
}

/** Starts both; they end with the file. */
export async function startPasswordWorld(now: string, settings: Readonly<Record<string, string>> = {}): Promise<PasswordWorld> {
  const sink = await startSmtpSink();
  atEndOfFile(() => sink.close());
  const service = await startService(now, { SMTP_URL: sink.url, PUBLIC_URL: PLATFORM, DATABASE_POOL_SIZE: '20', ...settings });
  const { house, url } = service;
  let people = 0;
  const deliver = async () => {
    for (let due = true; due;) {
      const { nextDueAt } = await house.userMailSender.deliverDue(new AbortController().signal);
      due = nextDueAt !== null && nextDueAt <= house.clock.now();
    }
  };
  return {
    service,
    sink,
    deliver,
    async person(account) {
      const email = `person-${(people += 1)}@people.example`;
      await house.users.createUser(OPERATOR, account, { email, connection: CONNECTION, password: OLD_PASSWORD });
      return email;
    },
    ask: ({ clientId }, email, asked = {}) =>
      call(url, '/dbconnections/change_password', { json: { client_id: clientId, connection: CONNECTION, email, ...asked } }),
    async linkTo(email) {
      await deliver();
      const text = sink.mailsTo(email).at(-1)?.parsed.text ?? '';
      const link = /https:\/\/platform\.example(\/\S+\?ticket=[\w-]+)/.exec(text)?.[1];
      if (link === undefined) throw new Error(`There is no link in the last mail to ${email}: ${text}`);
      return link;
    },
    submit: (link, password, more = {}) =>
      call(url, '/password-reset', { form: { ticket: new URL(link, url).searchParams.get('ticket')!, password, ...more } }),
    async signsIn({ clientId }, username, password) {
      const form = { client_id: clientId, username, password, connection: CONNECTION, scope: 'openid' };
      return (await call(url, '/oauth/ro', { form })).status === 200;
    },
  };
}
