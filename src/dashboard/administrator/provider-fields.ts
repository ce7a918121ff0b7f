/** What each provider asks for: its fields, what they begin with, and how they become the input of its mutation. */
import type {
  BuiltInEmailInput,
  EmailProvider,
  MandrillEmailInput,
  ProviderFragment,
  SendGridEmailInput,
  SesEmailInput,
  SmtpEmailInput,
} from '../../../schema/generated/dashboard.ts';

/** A field of a form. */
export interface ProviderField {
  /** As the API names it. */
  readonly name: string;
  readonly label: string;
  /** A `secret` is only ever sent, never shown; `lines` are several. */
  readonly kind: 'text' | 'secret' | 'port' | 'flag' | 'lines';
  readonly hint?: string;
}

/** What stands in the fields, by name. A flag is `true` or empty. */
export type ProviderValues = Readonly<Record<string, string>>;

/** The ports mail servers take mail at. */
export const PORTS = ['25', '465', '587', '2525'] as const;

/** Their names. */
export const PROVIDER: Readonly<Record<EmailProvider, string>> = {
  BUILT_IN: 'The platform’s built-in provider',
  SES: 'Amazon SES',
  MANDRILL: 'Mandrill',
  SENDGRID: 'SendGrid',
  SMTP: 'A mail server (SMTP)',
};

/** The fields of each, in order, beside those that all have. */
export const FIELDS: Readonly<Record<EmailProvider, readonly ProviderField[]>> = {
  BUILT_IN: [],
  SES: [
    { name: 'region', label: 'Region', kind: 'text', hint: 'E.g. eu-central-1.' },
    { name: 'accessKeyId', label: 'Access key id', kind: 'text' },
    { name: 'secretAccessKey', label: 'Secret access key', kind: 'secret' },
    { name: 'configurationSet', label: 'Configuration set', kind: 'text', hint: 'Leave it empty for none.' },
  ],
  MANDRILL: [
    { name: 'apiKey', label: 'API key', kind: 'secret' },
    { name: 'viewContentLink', label: 'Show what a mail says in Mandrill’s log', kind: 'flag' },
  ],
  SENDGRID: [{ name: 'apiKey', label: 'API key', kind: 'secret' }],
  SMTP: [
    { name: 'host', label: 'Host', kind: 'text', hint: 'Its name or public address.' },
    { name: 'port', label: 'Port', kind: 'port' },
    { name: 'user', label: 'User', kind: 'text', hint: 'Leave it empty for a server without a login.' },
    { name: 'password', label: 'Password', kind: 'secret' },
    { name: 'headers', label: 'Further headers', kind: 'lines', hint: 'One a line, e.g. X-Tag: graceline.' },
  ],
};

/** What the form of a provider begins with: what is stored, where it is the account's already. */
export function valuesOf({ provider, ses, mandrill, smtp }: ProviderFragment, chosen: EmailProvider): ProviderValues {
  if (provider !== chosen) return { port: '587' };
  if (ses) return { region: ses.region, accessKeyId: ses.accessKeyId, configurationSet: ses.configurationSet ?? '' };
  if (mandrill) return { viewContentLink: mandrill.viewContentLink ? 'true' : '' };
  if (smtp) {
    const headers = smtp.headers.map(({ name, value }) => `${name}: ${value}`).join('\n');
    return { host: smtp.host, port: String(smtp.port), user: smtp.user ?? '', headers };
  }
  return {};
}

/** What is shown of the secret that is stored for a provider; null where none is. */
export function storedSecret({ provider, ses, mandrill, sendGrid, smtp }: ProviderFragment, chosen: EmailProvider): string | null {
  const secret = ses?.secretAccessKey ?? mandrill?.apiKey ?? sendGrid?.apiKey ?? smtp?.password;
  if (provider !== chosen || !secret?.isSet) return null;
  return secret.hint === null ? 'Stored. Type to replace it' : `Stored, ends in ${secret.hint}. Type to replace it`;
}

/** What all providers take. */
interface Common {
  readonly enabled: boolean;
  readonly defaultFrom: string | null;
}

/** The input of the built-in provider. */
export function builtInInput(common: Common): BuiltInEmailInput {
  return common;
}

/** The input of Amazon SES. */
export function sesInput(common: Common, values: ProviderValues): SesEmailInput {
  const { region = '', accessKeyId = '' } = values;
  return { ...common, region, accessKeyId, configurationSet: orNull(values['configurationSet']), ...given(values, 'secretAccessKey') };
}

/** The input of Mandrill. */
export function mandrillInput(common: Common, values: ProviderValues): MandrillEmailInput {
  return { ...common, viewContentLink: values['viewContentLink'] === 'true', ...given(values, 'apiKey') };
}

/** The input of SendGrid. */
export function sendGridInput(common: Common, values: ProviderValues): SendGridEmailInput {
  return { ...common, ...given(values, 'apiKey') };
}

/** The input of a mail server. */
export function smtpInput(common: Common, values: ProviderValues): SmtpEmailInput {
  const { host = '', port = '' } = values;
  return {
    ...common,
    host,
    port: Number(port),
    user: orNull(values['user']),
    headers: headersOf(values['headers'] ?? ''),
    ...given(values, 'password'),
  };
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text.trim();
}

/** A secret that was typed; one that was not stays as it is. */
function given<Name extends string>(values: ProviderValues, name: Name): { readonly [Key in Name]?: string } {
  const secret = values[name];
  return (secret ? { [name]: secret } : {}) as { readonly [Key in Name]?: string };
}

function headersOf(text: string): { readonly name: string; readonly value: string }[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...value] = line.split(':');
      return { name: name.trim(), value: value.join(':').trim() };
    });
}
