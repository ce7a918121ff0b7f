/** A service whose accounts set who sends their mail; every answer is kept, to be searched for what must not be in it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importAccounts } from '../../src/accounts/import/import-accounts.ts';
import type { Actor } from '../../src/auth/actor.ts';
import { ApiError, type GraphqlClient } from './graphql-client.ts';
import { startService, type TestService } from './service.ts';

export const OPERATOR: Actor = { role: 'OPERATOR', subject: 'setup', administratorId: null, tokenId: null, scopes: [] };

/** A mutation with its input. */
export interface ProviderSetting {
  readonly field: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Each provider whole. */
export const SES = {
  field: 'setSesEmail',
  input: {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'eu-central-1',
    configurationSet: 'mails',
  },
};
export const MANDRILL = { field: 'setMandrillEmail', input: { apiKey: 'md-0123456789abcdefghij', viewContentLink: true } };
export const SENDGRID = {
  field: 'setSendGridEmail',
  input: { apiKey: 'SG.abcdefghijklmnopqrstuv.0123456789012345678901234567890123456789xyz' },
};
export const SMTP = {
  field: 'setSmtpEmail',
  input: {
    host: '93.184.215.14',
    port: 587,
    user: 'shop',
    password: 'correct horse battery',
    headers: [{ name: 'X-Tag', value: 'shop mail' }],
  },
};
export const OWN_PROVIDERS: readonly ProviderSetting[] = [SES, MANDRILL, SENDGRID, SMTP];
/** What must never come out again of {@link OWN_PROVIDERS}. */
export const SECRETS = [SES.input.secretAccessKey, MANDRILL.input.apiKey, SENDGRID.input.apiKey, SMTP.input.password];

const FIELDS = `account provider enabled defaultFrom updatedAt
  ses { accessKeyId region configurationSet secretAccessKey { isSet hint } }
  mandrill { viewContentLink apiKey { isSet hint } }
  sendGrid { apiKey { isSet hint } }
  smtp { host port user headers { name value } password { isSet hint } }`;

/** Settings as the API shows them. */
export interface Settings extends Record<string, unknown> {
  readonly provider: string;
}

/** An account with its administrator. */
export interface Shop {
  readonly id: string;
  readonly number: number;
  readonly client: GraphqlClient;
}

/** The service. */
export class EmailSettingsWorld {
  /** Everything that was answered so far, refusals included. */
  answers = '';
  private made = 0;
  private lines = 0;

  private constructor(readonly service: TestService) {}

  /** Starts it; it ends with the file. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<EmailSettingsWorld> {
    return new EmailSettingsWorld(await startService('2016-04-01T09:00:00.000Z', settings));
  }

  async shop(): Promise<Shop> {
    const { accounts } = this.service.house;
    const id = `shop-${(this.made += 1)}`;
    const email = `anna@${id}.example`;
    const { number } = await accounts.createAccount(OPERATOR, { id, name: id, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
    const { id: administratorId } = await accounts.createAdministrator(OPERATOR, { email, name: 'Anna', accounts: [id] });
    return { id, number, client: await this.service.clientOf({ role: 'ADMINISTRATOR', subject: email, administratorId }) };
  }

  /** Sets a provider, as the account's administrator or somebody else. */
  async set({ id, client }: Shop, field: string, input: Readonly<Record<string, unknown>>, by = client): Promise<Settings> {
    const type = `${field.slice(3, -5)}EmailInput`;
    const document = `mutation ($account: ID!, $input: ${type}!) { ${field}(account: $account, input: $input) { ${FIELDS} } }`;
    return (await this.noted(by.request<Record<string, Settings>, unknown>(document, { account: id, input })))[field]!;
  }

  /** The code with which a setting is refused; `taken` where it is not. */
  async codeOf(shop: Shop, field: string, input: Readonly<Record<string, unknown>>): Promise<string> {
    try {
      await this.set(shop, field, input);
      return 'taken';
    } catch (error) {
      if (error instanceof ApiError) return error.code;
      throw error;
    }
  }

  async settings({ id, client }: Shop, by = client): Promise<Settings> {
    const document = `query ($account: ID!) { emailSettings(account: $account) { ${FIELDS} } }`;
    return (await this.noted(by.request<{ emailSettings: Settings }, unknown>(document, { account: id }))).emailSettings;
  }

  /** Events of an account, but those of its making. */
  eventsOf({ number }: Shop): Promise<{ type: string; data: Record<string, unknown> }[]> {
    return this.service.db.query(
      `select type, data from event where account_number = $1 and type <> 'ACCOUNT_CREATED' and type not like 'ADMINISTRATION%' order by id`,
      [number],
    );
  }

  /** Imports one account. */
  async importLine(fields: Readonly<Record<string, unknown>>): Promise<void> {
    const { db, wake, clock, config } = this.service.house;
    const file = join(config.DATA_DIR, `accounts-${(this.lines += 1)}.ndjson`);
    await writeFile(file, `${JSON.stringify(fields)}\n`);
    const { rejected } = await importAccounts(db, wake, clock, OPERATOR, { file });
    if (rejected > 0) throw new Error('The line was rejected.');
  }

  private async noted<T>(asked: Promise<T>): Promise<T> {
    try {
      const answer = await asked;
      this.answers += JSON.stringify(answer);
      return answer;
    } catch (error) {
      if (error instanceof ApiError) this.answers += JSON.stringify([error.message, error.extensions]);
      throw error;
    }
  }
}
