import { z } from 'zod';
import type { ProviderAccess } from '../settings/email-settings.rules.ts';
import { answerLine } from './answer.ts';
import { Attempts } from './attempts.ts';
import { httpFailure, networkFailure, type RefusalAbout } from './http-failure.ts';
import type { EmailProvider, ProviderResult, UserMessage } from './provider.ts';
import { extraHeaders, onOneLine } from './user-message.ts';

const LONGEST_BODY_BYTES = 64 * 1024;

/** One answer for each recipient. */
const taken = z
  .array(z.object({ status: z.string(), _id: z.string().nullish(), reject_reason: z.string().nullish() }))
  .length(1)
  .transform(([first]) => first!);
const failed = z.object({ name: z.string(), message: z.string() });

/** Errors that no other mail of the account would be spared. The status is no help: Mandrill says 500 to most of them. */
const OF_THE_ACCOUNT = new Set(['Invalid_Key', 'Unknown_Subaccount', 'PaymentRequired', 'PoorReputation']);
const REASONS_OF_THE_SENDER = new Set(['invalid-sender', 'unsigned']);

type MandrillAccess = Extract<ProviderAccess, { provider: 'MANDRILL' }>;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Mail through Mandrill's HTTP API.
 *
 * @param url MANDRILL_URL
 * @param timeoutMs the hard deadline of an attempt
 */
export function mandrillProvider(access: MandrillAccess, url: string, timeoutMs: number): EmailProvider {
  const endpoint = new URL('/api/1.0/messages/send', url);
  const shown = (text: string) => answerLine(text, [access.apiKey]);
  const handOver = async (message: UserMessage, signal: AbortSignal): Promise<ProviderResult> => {
    try {
      return resultOf(await post(endpoint, requestOf(access, message), signal), shown);
    } catch (error) {
      const failure = networkFailure(error, shown);
      if (failure) return failure;
      throw error;
    }
  };
  return new Attempts(timeoutMs).provider(handOver);
}

function requestOf({ apiKey, viewContentLink }: MandrillAccess, message: UserMessage): object {
  const { from, to, subject, html, text } = onOneLine(message);
  return {
    key: apiKey,
    message: {
      from_email: from.address,
      from_name: from.name,
      to: [{ email: to.address, name: to.name, type: 'to' }],
      subject,
      html,
      text,
      headers: extraHeaders(message),
      view_content_link: viewContentLink,
    },
    async: false,
  };
}

async function post(endpoint: URL, request: object, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    // The key is in the body: it goes where the settings say and nowhere else.
    redirect: 'manual',
    signal,
  });
  return { status: response.status, headers: response.headers, body: await bodyOf(response) };
}

async function bodyOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk as Uint8Array);
    length += (chunk as Uint8Array).length;
    // Leaving the loop cancels the rest.
    if (length > LONGEST_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).toString();
}

function resultOf({ status, headers, body }: Answer, shown: (text: string) => string): ProviderResult {
  const header = (name: string) => headers.get(name);
  const json = jsonOf(body);
  const error = failed.safeParse(json).data;
  if (error) {
    const answer = shown(`${status} ${error.name}: ${error.message}`);
    if (OF_THE_ACCOUNT.has(error.name)) return { kind: 'rejected', answer, about: 'CREDENTIALS' };
    if (error.name === 'ValidationError') return { kind: 'rejected', answer, about: invalidPart(error.message) };
    return httpFailure(status, header, answer);
  }
  const recipient = taken.safeParse(json).data;
  if (status !== 200 || !recipient) return httpFailure(status, header, shown(`${status} ${body || 'without a word'}`));
  const answer = shown([recipient.status, recipient.reject_reason, recipient._id].filter(Boolean).join(' '));
  if (recipient.status !== 'rejected' && recipient.status !== 'invalid') return { kind: 'sent', answer };
  return { kind: 'rejected', answer, about: REASONS_OF_THE_SENDER.has(recipient.reject_reason ?? '') ? 'SENDER' : 'RECIPIENT' };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function invalidPart(message: string): RefusalAbout {
  if (/\bfrom_(email|name)\b/.test(message)) return 'SENDER';
  return /"to"|\bto\[|\bemail\b/.test(message) ? 'RECIPIENT' : 'MESSAGE';
}
