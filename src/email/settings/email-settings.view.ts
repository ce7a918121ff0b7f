/** What readers see of an account's email settings: never a secret. */
import type { SettingsRow } from './email-settings.repository.ts';
import type { ProviderName } from './email-settings.rules.ts';

/** What is shown of a secret. */
export interface SecretView {
  readonly isSet: boolean;
  /** Its last four characters, where it is long enough to show any. */
  readonly hint: string | null;
}

/** Amazon SES. */
export interface SesView {
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretView;
  readonly region: string;
  readonly configurationSet: string | null;
}

/** Mandrill. */
export interface MandrillView {
  readonly apiKey: SecretView;
  readonly viewContentLink: boolean;
}

/** SendGrid. */
export interface SendGridView {
  readonly apiKey: SecretView;
}

/** A mail server. */
export interface SmtpView {
  readonly host: string;
  readonly port: number;
  readonly user: string | null;
  readonly password: SecretView;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** The settings of an account. Of the four providers only its own is there. */
export interface EmailSettingsView {
  readonly account: string;
  readonly provider: ProviderName;
  readonly enabled: boolean;
  readonly defaultFrom: string | null;
  readonly ses: SesView | null;
  readonly mandrill: MandrillView | null;
  readonly sendGrid: SendGridView | null;
  readonly smtp: SmtpView | null;
  /** Null where nothing was ever set. */
  readonly updatedAt: Date | null;
}

/**
 * The view of a row.
 *
 * @param row null where nothing was ever set: the built-in provider sends
 */
export function settingsView(account: string, row: SettingsRow | null): EmailSettingsView {
  const none = { ses: null, mandrill: null, sendGrid: null, smtp: null };
  if (!row) return { account, provider: 'BUILT_IN', enabled: true, defaultFrom: null, ...none, updatedAt: null };
  const { provider, enabled, defaultFrom, updatedAt } = row;
  return { account, provider, enabled, defaultFrom, ...none, ...providerView(row), updatedAt };
}

/** What is stored was checked when it was set: the options of a provider are the fields of its view. */
function providerView({ provider, options, secrets, hints }: SettingsRow): Partial<EmailSettingsView> {
  const secret = (field: string): SecretView => ({ isSet: field in secrets, hint: hints[field] ?? null });
  switch (provider) {
    case 'BUILT_IN':
      return {};
    case 'SES':
      return { ses: { ...(options as unknown as Omit<SesView, 'secretAccessKey'>), secretAccessKey: secret('secretAccessKey') } };
    case 'MANDRILL':
      return { mandrill: { ...(options as unknown as Omit<MandrillView, 'apiKey'>), apiKey: secret('apiKey') } };
    case 'SENDGRID':
      return { sendGrid: { apiKey: secret('apiKey') } };
    case 'SMTP': {
      const { headers, ...server } = options as unknown as Omit<SmtpView, 'password' | 'headers'> & { headers: Record<string, string> };
      const listed = Object.entries(headers).map(([name, value]) => ({ name, value }));
      return { smtp: { ...server, password: secret('password'), headers: listed } };
    }
  }
}
