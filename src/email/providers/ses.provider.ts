import type { Readable } from 'node:stream';
import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { z } from 'zod';
import { composeMessage } from '../compose-message.provider.ts';
import type { ProviderAccess } from '../settings/email-settings.rules.ts';
import { answerLine } from './answer.ts';
import { Attempts } from './attempts.ts';
import { httpFailure, networkFailure, type RefusalAbout } from './http-failure.ts';
import type { EmailProvider, ProviderResult, UserMessage } from './provider.ts';
import { composerOptions } from './user-message.ts';

/** What the SDK throws where the API answered with an error. */
const refusal = z.object({
  name: z.string(),
  message: z.string(),
  $metadata: z.object({ httpStatusCode: z.number() }),
});
const answered = z.object({ $response: z.object({ statusCode: z.number(), headers: z.record(z.string(), z.string()) }) });

/** Said with a 4xx, and heals all the same. */
const PATIENCE = new Set([
  'LimitExceededException',
  'SendingPausedException',
  'RequestTimeTooSkewed',
  'RequestExpired',
  'ThrottlingException',
]);

type SesAccess = Extract<ProviderAccess, { provider: 'SES' }>;

/**
 * Mail through Amazon SES with the AWS SDK. The message is handed over whole, as it would be to a mail server, so that names
 * and headers are ours to write; the id of the message is set by SES.
 *
 * @param url SES_URL; that of the region where it is not set
 * @param timeoutMs the hard deadline of an attempt
 */
export function sesProvider(access: SesAccess, url: string | undefined, timeoutMs: number): EmailProvider {
  const client = new SESv2Client({
    region: access.region,
    credentials: { accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey },
    ...(url !== undefined && { endpoint: url }),
    // Whether a message goes out again is the ledger's decision alone.
    maxAttempts: 1,
  });
  const shown = (text: string) => answerLine(text, [access.secretAccessKey, access.accessKeyId]);
  const handOver = async (message: UserMessage, signal: AbortSignal): Promise<ProviderResult> => {
    const command = await commandOf(access, message);
    cutBodyAt(signal, command);
    try {
      const { MessageId } = await client.send(command, { abortSignal: signal });
      return { kind: 'sent', answer: shown(MessageId ?? 'accepted') };
    } catch (error) {
      const failure = refused(error, message, shown) ?? networkFailure(error, shown) ?? unreadable(error, shown);
      if (failure) return failure;
      throw error;
    }
  };
  return new Attempts(timeoutMs).provider(handOver, () => client.destroy());
}

async function commandOf({ configurationSet }: SesAccess, message: UserMessage): Promise<SendEmailCommand> {
  return new SendEmailCommand({
    FromEmailAddress: message.from.address,
    Destination: { ToAddresses: [message.to.address] },
    Content: { Raw: { Data: await composeMessage(composerOptions(message)) } },
    ...(configurationSet !== null && { ConfigurationSetName: configurationSet }),
  });
}

/** The SDK heeds the signal until the headers are there; a body may then drip for ever. */
function cutBodyAt(signal: AbortSignal, command: SendEmailCommand): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const output = await next(args);
      const { body } = output.response as { body?: Readable };
      const cut = () => body?.destroy();
      signal.addEventListener('abort', cut);
      body?.once('close', () => signal.removeEventListener('abort', cut));
      return output;
    },
    // Low: next to the wire, so before the body is read.
    { step: 'deserialize', priority: 'low', name: 'cutBodyAtDeadline' },
  );
}

function refused(error: unknown, message: UserMessage, shown: (text: string) => string): ProviderResult | null {
  const answer = refusal.safeParse(error).data;
  if (!answer) return null;
  const { name, $metadata } = answer;
  const status = PATIENCE.has(name) ? 429 : $metadata.httpStatusCode;
  return httpFailure(
    status,
    headersOf(error),
    shown(`${$metadata.httpStatusCode} ${name}: ${answer.message}`),
    aboutOf(name, answer.message, status, message),
  );
}

function aboutOf(name: string, said: string, status: number, { from, to }: UserMessage): RefusalAbout {
  if (name === 'MailFromDomainNotVerifiedException') return 'SENDER';
  // The account itself, its key, or its configuration set.
  if (status === 403 || name === 'AccountSuspendedException' || name === 'NotFoundException') return 'CREDENTIALS';
  const names = (address: string) => said.toLowerCase().includes(address.toLowerCase());
  // In the sandbox of SES a recipient must be verified too, and the error names whoever is not.
  if (names(to.address)) return 'RECIPIENT';
  return names(from.address) || /not verified/i.test(said) ? 'SENDER' : 'MESSAGE';
}

/** An answer that is none of SES's, e.g. the page of something in between. */
function unreadable(error: unknown, shown: (text: string) => string): ProviderResult | null {
  const response = answered.safeParse(error).data?.$response;
  return response
    ? { kind: 'retry', answer: shown(`${response.statusCode} ${(error as Error).message}`), retryAfterMs: null, wholeAccount: true }
    : null;
}

function headersOf(error: unknown): (name: string) => string | null {
  const headers = answered.safeParse(error).data?.$response.headers ?? {};
  return (name) => headers[name] ?? null;
}
