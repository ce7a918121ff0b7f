import { z } from 'zod';
import type { ApiDialect } from './http-api.ts';

const request = z.strictObject({
  key: z.string(),
  message: z.strictObject({
    from_email: z.string(),
    from_name: z.string(),
    to: z.array(z.strictObject({ email: z.string(), name: z.string(), type: z.enum(['to', 'cc', 'bcc']) })),
    subject: z.string(),
    html: z.string(),
    text: z.string(),
    headers: z.record(z.string(), z.string()),
    view_content_link: z.boolean(),
  }),
  async: z.boolean(),
});

const error = (status: number, name: string, message: string) => ({ status, body: { status: 'error', code: -1, name, message } });

/**
 * Mandrill as its documentation says it answers.
 *
 * @param key the one that is right
 */
export function mandrillApi(key: string): ApiDialect {
  return {
    async read({ method, path, headers, body }) {
      if (method !== 'POST' || path !== '/api/1.0/messages/send') return error(404, 'Unknown_Method', `No method ${path}`);
      if (headers['content-type'] !== 'application/json') return error(500, 'ValidationError', 'You must send JSON');
      const parsed = request.safeParse(JSON.parse(body));
      if (!parsed.success) return error(500, 'ValidationError', `Validation error: ${parsed.error.message}`);
      const { message } = parsed.data;
      if (parsed.data.key !== key) return error(401, 'Invalid_Key', `Invalid API key ${parsed.data.key}`);
      return {
        from: { name: message.from_name, address: message.from_email },
        to: message.to.map(({ name, email }) => ({ name, address: email })),
        subject: message.subject,
        html: message.html,
        text: message.text,
        headers: new Map(Object.entries(message.headers).map(([name, value]) => [name.toLowerCase(), value])),
        extras: { view_content_link: message.view_content_link },
      };
    },
    answerTo({ to }, behaviour) {
      if (behaviour === 'throttle') return { ...error(429, 'GeneralError', 'Too many requests'), headers: { 'retry-after': '7' } };
      if (behaviour === 'fail') return error(500, 'GeneralError', 'An unexpected error occurred\nwhile\tprocessing your request');
      const [email, _id] = [to[0]!.address, 'abc123'];
      if (behaviour === 'refuseRecipient') return { status: 200, body: [{ email, status: 'rejected', reject_reason: 'hard-bounce', _id }] };
      if (behaviour === 'refuseSender') return { status: 200, body: [{ email, status: 'rejected', reject_reason: 'unsigned', _id }] };
      return { status: 200, body: [{ email, status: 'queued', queued_reason: null, reject_reason: null, _id }] };
    },
  };
}
