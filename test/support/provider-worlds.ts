/** Each provider with the server behind it, as one thing that the contract suite can drive. */
import { builtInProvider } from '../../src/email/providers/built-in.provider.ts';
import { createProvider, type ProviderOptions } from '../../src/email/providers/create-provider.ts';
import type { EmailProvider } from '../../src/email/providers/provider.ts';
import { SmtpGuard } from '../../src/email/providers/smtp-guard.ts';
import type { ProviderAccess, ProviderName } from '../../src/email/settings/email-settings.rules.ts';
import { type ApiBehaviour, type ApiMail, type HttpApi, startHttpApi } from './http-api.ts';
import { mandrillApi } from './mandrill-api.ts';
import { sendgridApi } from './sendgrid-api.ts';
import { sesApi } from './ses-api.ts';
import { htmlOf, type ReceivedMail, type SmtpAnswer, type SmtpSink, startSmtpSink } from './smtp.ts';

/** A provider and its server. */
export interface ProviderWorld {
  /**
   * The real client.
   *
   * @param secret instead of the one that is right
   * @param timeoutMs the hard deadline of the client itself
   */
  open(secret?: string, timeoutMs?: number): EmailProvider;
  /** What the server does from now on. */
  behave(behaviour: ApiBehaviour): void;
  /** Mails that came whole, whatever became of them. */
  mails(): readonly ApiMail[];
  /** Connections that are open at the server. */
  connections(): number;
  close(): Promise<void>;
}

/** The credential that every server takes for right: with all that has to be escaped somewhere. */
export const SECRET = 'SG.p@ss w/örd:"1"';

const TIMEOUT_MS = 20_000;
const USER = 'mailer@example.com';

/** Starts the server of a provider. */
export const PROVIDER_WORLDS: Readonly<Record<ProviderName, () => Promise<ProviderWorld>>> = {
  async BUILT_IN() {
    const sink = await startSmtpSink(0, { login: { user: USER, password: SECRET } });
    const url = (secret: string) => sink.url.replace('//', `//${encodeURIComponent(USER)}:${encodeURIComponent(secret)}@`);
    return smtpWorld(sink, (secret, timeoutMs) =>
      builtInProvider({ SMTP_URL: url(secret), DATA_DIR: '/nowhere', MAIL_TIMEOUT_SECONDS: timeoutMs / 1_000 }),
    );
  },
  async SES() {
    // Secrets of AWS are plain; the SDK would sign with any.
    const account = { accessKeyId: 'AKIAEXAMPLE', region: 'eu-west-1' };
    const api = await startHttpApi(sesApi({ ...account, secretAccessKey: SECRET }));
    return apiWorld(api, (secretAccessKey) => ({ provider: 'SES', ...account, secretAccessKey, configurationSet: 'transactional' }));
  },
  async MANDRILL() {
    return apiWorld(await startHttpApi(mandrillApi(SECRET)), (apiKey) => ({ provider: 'MANDRILL', apiKey, viewContentLink: true }));
  },
  async SENDGRID() {
    const key = SECRET.replaceAll(/[^\x21-\x7e]/g, '');
    return apiWorld(await startHttpApi(sendgridApi(key)), (apiKey) => ({
      provider: 'SENDGRID',
      apiKey: apiKey.replaceAll(/[^\x21-\x7e]/g, ''),
    }));
  },
  async SMTP() {
    const sink = await startSmtpSink(0, { login: { user: USER, password: SECRET } });
    const { hostname, port } = new URL(sink.url);
    const options = optionsAt(sink.url, new SmtpGuard([`${hostname}:${port}`]));
    const server = { host: hostname, port: Number(port), user: USER, headers: { 'X-Mail-Class': 'users' } };
    return smtpWorld(sink, (password, timeoutMs) => createProvider({ provider: 'SMTP', ...server, password }, { ...options, timeoutMs }));
  },
};

function optionsAt(url: string, hosts = new SmtpGuard([])): ProviderOptions {
  return { sesUrl: url, mandrillUrl: url, sendgridUrl: url, timeoutMs: TIMEOUT_MS, hosts };
}

function apiWorld(api: HttpApi, accessWith: (secret: string) => ProviderAccess): ProviderWorld {
  return {
    open: (secret = SECRET, timeoutMs = TIMEOUT_MS) => createProvider(accessWith(secret), { ...optionsAt(api.url), timeoutMs }),
    behave(behaviour) {
      api.behaviour = behaviour;
    },
    mails: () => api.mails,
    connections: () => api.connections,
    close: () => api.close(),
  };
}

const SMTP_ANSWERS: Readonly<Record<Exclude<ApiBehaviour, 'silent' | 'redirect' | 'garbage'>, SmtpAnswer>> = {
  accept: { kind: 'accept' },
  throttle: { kind: 'refuse', code: 421, message: '4.7.0 Too many messages, slow down' },
  refuseRecipient: { kind: 'refuse', code: 550, message: '5.1.1 No such user here' },
  refuseSender: { kind: 'refuse', code: 550, message: '5.1.8 Sender domain not found' },
  fail: { kind: 'refuse', code: 451, message: '4.3.0 Local error in processing', at: 'DATA' },
  drip: { kind: 'drip' },
  reset: { kind: 'reset' },
};

function smtpWorld(sink: SmtpSink, open: (secret: string, timeoutMs: number) => EmailProvider): ProviderWorld {
  return {
    open: (secret = SECRET, timeoutMs = TIMEOUT_MS) => open(secret, timeoutMs),
    behave(behaviour) {
      sink.silent = behaviour === 'silent';
      if (behaviour !== 'silent' && behaviour !== 'redirect' && behaviour !== 'garbage') sink.answer('*', SMTP_ANSWERS[behaviour]);
    },
    mails: () => [...sink.mails, ...sink.unanswered].map(asApiMail),
    connections: () => sink.connections,
    close: () => sink.close(),
  };
}

/** The recipients of the envelope that are named in no header would be lost here, so they are held against each other. */
function asApiMail({ from, to, parsed, raw }: ReceivedMail): ApiMail {
  const boxes = [parsed.to ?? []].flat().flatMap(({ value }) => value.map(({ name, address = '' }) => ({ name, address })));
  const [sender] = parsed.from?.value ?? [];
  if (boxes.map(({ address }) => address).join() !== to.join()) throw new Error(`The envelope says ${to.join()}, the header otherwise.`);
  if (sender?.address !== from) throw new Error(`The envelope says ${from}, the header otherwise.`);
  return {
    from: { name: sender.name, address: from },
    to: boxes,
    subject: parsed.subject ?? '',
    html: htmlOf(parsed),
    text: parsed.text ?? '',
    headers: new Map(parsed.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()])),
    extras: { raw },
  };
}
