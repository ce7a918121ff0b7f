import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { MailService } from '@sendgrid/mail';
import { z } from 'zod';
import type { ProviderAccess } from '../settings/email-settings.rules.ts';
import { answerLine } from './answer.ts';
import { Attempts } from './attempts.ts';
import { httpFailure, networkFailure, type RefusalAbout } from './http-failure.ts';
import type { EmailProvider, ProviderResult, UserMessage } from './provider.ts';
import { extraHeaders, onOneLine } from './user-message.ts';

const LONGEST_BODY_BYTES = 64 * 1024;
const CONNECTIONS = 5;

/** What the library throws where the API answered with an error. */
const refusal = z.object({
  code: z.number(),
  response: z.object({ headers: z.unknown(), body: z.unknown() }),
});
const errorBody = z.object({ errors: z.array(z.object({ message: z.string(), field: z.string().nullish() })) });

type SendGridAccess = Extract<ProviderAccess, { provider: 'SENDGRID' }>;

/** What we use of the library; its own types do not hold together, and know no `client`. */
interface SendGridService {
  /** What requests are sent with. */
  readonly client: {
    setDefaultHeader(name: string, value: string): void;
    setDefaultRequest(options: Readonly<Record<string, unknown>>): void;
  };
  send(request: ReturnType<typeof requestOf>): Promise<readonly [{ readonly statusCode: number; readonly headers: unknown }, unknown]>;
}

/**
 * Mail through SendGrid's own library.
 *
 * @param url SENDGRID_URL
 * @param timeoutMs the hard deadline of an attempt
 */
export function sendgridProvider(access: SendGridAccess, url: string, timeoutMs: number): EmailProvider {
  const agents = { httpAgent: agentOf(HttpAgent), httpsAgent: agentOf(HttpsAgent) };
  // One for each account: the library's own instance is the same for the whole process, key included.
  const service = new (MailService as unknown as new () => SendGridService)();
  const { client } = service;
  // `setApiKey` writes to the console where a key does not begin as most do.
  client.setDefaultHeader('Authorization', `Bearer ${access.apiKey}`);
  client.setDefaultRequest({ ...agents, baseUrl: url, maxRedirects: 0, maxContentLength: LONGEST_BODY_BYTES, proxy: false });
  const shown = (text: string) => answerLine(text, [access.apiKey]);
  const handOver = async (message: UserMessage, signal: AbortSignal): Promise<ProviderResult> => {
    try {
      // Read by `send` before it first waits, so it is the signal of no other mail.
      client.setDefaultRequest({ signal });
      const [{ statusCode, headers }] = await service.send(requestOf(message));
      return { kind: 'sent', answer: shown(`${statusCode} ${headerOf(headers)('x-message-id') ?? ''}`) };
    } catch (error) {
      const failure = refused(error, shown) ?? networkFailure(error, shown);
      if (failure) return failure;
      throw error;
    }
  };
  return new Attempts(timeoutMs).provider(handOver, () => Object.values(agents).forEach((agent) => agent.destroy()));
}

function agentOf<A extends HttpAgent>(Agent: new (options: { keepAlive: boolean; maxSockets: number }) => A): A {
  return new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
}

function requestOf(message: UserMessage) {
  const { from, to, subject, html, text } = onOneLine(message);
  return {
    from: { email: from.address, name: from.name },
    to: { email: to.address, name: to.name },
    subject,
    text,
    html,
    headers: extraHeaders(message),
  };
}

function refused(error: unknown, shown: (text: string) => string): ProviderResult | null {
  const answered = refusal.safeParse(error).data;
  if (!answered) return null;
  const { code, response } = answered;
  const errors = errorBody.safeParse(response.body).data?.errors ?? [];
  const said = errors.map(({ message }) => message).join(' ') || (typeof response.body === 'string' ? response.body : '');
  const answer = shown(`${code} ${said}`);
  // Said with a 401, though the key is right: next month it is enough again.
  if (code === 401 && /credits exceeded/i.test(said)) return { kind: 'retry', answer, retryAfterMs: null, wholeAccount: true };
  return httpFailure(code, headerOf(response.headers), answer, aboutOf(code, errors[0]));
}

function aboutOf(code: number, error: { message: string; field?: string | null } | undefined): RefusalAbout {
  const field = error?.field ?? '';
  if (/^from\b/.test(field) || /sender identity/i.test(error?.message ?? '')) return 'SENDER';
  if (code === 403) return 'CREDENTIALS';
  return /^personalizations\.\d+\.to\b/.test(field) ? 'RECIPIENT' : 'MESSAGE';
}

function headerOf(headers: unknown): (name: string) => string | null {
  return (name) => {
    const value = (headers as Readonly<Record<string, unknown>> | null)?.[name];
    return typeof value === 'string' ? value : null;
  };
}
