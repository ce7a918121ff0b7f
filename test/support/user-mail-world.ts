/** Accounts with mail servers of their own, and mails to their users in the ledger. */
import { pino } from 'pino';
import type { Actor } from '../../src/auth/actor.ts';
import { compose } from '../../src/compose.ts';
import type { Config } from '../../src/config.ts';
import type { ProviderChange } from '../../src/email/settings/provider-fields.rules.ts';
import type { UserMailView } from '../../src/email/user-mail/user-mail.repository.ts';
import type { House } from '../../src/house.ts';
import { atEndOfFile } from './end-of-file.ts';
import { startService, type TestService } from './service.ts';
import { type SmtpSink, startSmtpSink } from './smtp.ts';

export const OPERATOR: Actor = { role: 'OPERATOR', subject: 'olga@platform.example', administratorId: null, tokenId: null, scopes: [] };

/** An account that sends over a server of its own. */
export interface SendingAccount {
  readonly id: string;
  readonly number: number;
  readonly server: SmtpSink;
}

/** A service with accounts that send. */
export interface UserMailWorld {
  readonly service: TestService;
  /** Makes an account with a server of its own, taken from the stock. */
  account(): Promise<SendingAccount>;
  /** Sets who sends for an account. */
  setProvider(account: string, change: ProviderChange): Promise<void>;
  /**
   * Queues mails to users whose addresses nobody else has.
   *
   * @param expiresInMs from the present of the service's clock on
   * @returns the addresses, in order
   */
  queue(account: SendingAccount, count: number, expiresInMs?: number): Promise<string[]>;
  /** What became of the mail to an address. */
  ledger(account: SendingAccount, recipient: string): Promise<UserMailView>;
  /** One run of a sender; `house` of another process, else the service's own. */
  send(house?: House): ReturnType<House['userMailSender']['deliverDue']>;
  /** The house of another process on the same database. Ends with the file. */
  secondHouse(changes?: Partial<Config>): Promise<House>;
  /** Ends whatever waits, so that the next test begins with an empty ledger. */
  clear(): Promise<void>;
}

/**
 * Starts a service and a stock of mail servers. They end with the file.
 *
 * @param servers how many accounts can have one
 * @param settings of the service
 */
export async function startUserMailWorld(
  now: string,
  servers: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<UserMailWorld> {
  const stock = await Promise.all(Array.from({ length: servers }, () => startSmtpSink()));
  atEndOfFile(() => Promise.all(stock.map((sink) => sink.close())));
  const trusted = stock.map(({ url }) => new URL(url).host).join(',');
  const service = await startService(now, {
    TRUSTED_SMTP_SERVERS: trusted,
    MAIL_TIMEOUT_SECONDS: '3',
    DATABASE_POOL_SIZE: '20',
    ...settings,
  });
  const { house, db } = service;
  let made = 0;
  let users = 0;
  const setProvider = async (account: string, change: ProviderChange) =>
    void (await house.emailSettings.setProvider(OPERATOR, account, change));
  return {
    service,
    setProvider,
    async account() {
      const server = stock[made];
      if (!server) throw new Error(`Only ${servers} accounts can have a server. Start the world with more.`);
      const id = `sender-${(made += 1)}`;
      const { number } = await house.accounts.createAccount(OPERATOR, {
        id,
        name: id,
        platform: 'CLOUD',
        createdAt: new Date('2015-01-01'),
      });
      const { hostname: host, port } = new URL(server.url);
      await setProvider(id, { provider: 'SMTP', host, port: Number(port), user: null, defaultFrom: `Team <team@${id}.example>` });
      return { id, number, server };
    },
    async queue({ number }, count, expiresInMs = 3_600_000) {
      const present = house.clock.now();
      const addresses = Array.from({ length: count }, () => `user-${(users += 1)}@people.example`);
      await db.transaction(async (tx) => {
        for (const address of addresses)
          await house.userMails.queue(
            tx,
            {
              accountNumber: number,
              template: 'PASSWORD_CHANGE',
              recipient: { name: 'Uma User', address },
              variables: {
                user: { name: 'Uma User', email: address },
                application: { name: 'Shop' },
                url: `https://platform.example/reset/${address}`,
              },
              expiresAt: new Date(present.getTime() + expiresInMs),
            },
            present,
          );
      });
      house.wake.ring();
      return addresses;
    },
    async ledger({ id }, recipient) {
      for (let after: string | null = null; ;) {
        const page = await house.userMails.userMails(OPERATOR, id, {}, { first: 100, after });
        const found = page.edges.find(({ node }) => node.recipient === recipient);
        if (found) return found.node;
        if (!page.hasNextPage) throw new Error(`There is no mail to ${recipient}.`);
        after = page.edges.at(-1)!.cursor;
      }
    },
    send: (other = house) => other.userMailSender.deliverDue(new AbortController().signal),
    async secondHouse(changes = {}) {
      const other = await compose({ ...house.config, ...changes }, pino({ level: 'silent' }));
      atEndOfFile(() => other.close());
      return other;
    },
    async clear() {
      await db.query(`update user_mail set status = 'SKIPPED', finished_at = created_at, claimed_until = null where finished_at is null`);
      await db.query('delete from user_mail_hold');
    },
  };
}
