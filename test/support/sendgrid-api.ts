import { z } from 'zod';
import type { ApiDialect } from './http-api.ts';

const mailbox = z.strictObject({ email: z.string(), name: z.string().optional() });
const request = z.strictObject({
  from: mailbox,
  personalizations: z.array(z.strictObject({ to: z.array(mailbox) })).length(1),
  subject: z.string(),
  content: z.array(z.strictObject({ type: z.enum(['text/plain', 'text/html']), value: z.string().min(1) })),
  headers: z.record(z.string(), z.string()),
});

const error = (status: number, message: string, field: string | null = null) => ({
  status,
  body: { errors: [{ message, field, help: null }] },
});
const boxOf = ({ name = '', email }: z.infer<typeof mailbox>) => ({ name, address: email });

/**
 * SendGrid's Mail Send as its documentation says it answers.
 *
 * @param key the one that is right
 */
export function sendgridApi(key: string): ApiDialect {
  return {
    async read({ method, path, headers, body }) {
      if (method !== 'POST' || path !== '/v3/mail/send') return error(404, 'not found');
      const given = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
      if (given !== key) return error(401, `The provided authorization grant ${given} is invalid, expired, or revoked`);
      const parsed = request.safeParse(JSON.parse(body));
      if (!parsed.success) return error(400, parsed.error.message);
      const { from, personalizations, subject, content } = parsed.data;
      return {
        from: boxOf(from),
        to: personalizations[0]!.to.map(boxOf),
        subject,
        text: content.find(({ type }) => type === 'text/plain')?.value ?? '',
        html: content.find(({ type }) => type === 'text/html')?.value ?? '',
        headers: new Map(Object.entries(parsed.data.headers).map(([name, value]) => [name.toLowerCase(), value])),
        extras: {},
      };
    },
    answerTo(_mail, behaviour) {
      if (behaviour === 'throttle') {
        const now = Date.parse('2026-05-01T08:00:00Z');
        const headers = { date: new Date(now).toUTCString(), 'x-ratelimit-reset': String(now / 1_000 + 7) };
        return { ...error(429, 'too many requests'), headers };
      }
      if (behaviour === 'fail') return error(500, 'internal\nerror');
      if (behaviour === 'refuseRecipient') return error(400, 'Does not contain a valid address.', 'personalizations.0.to.0.email');
      if (behaviour === 'refuseSender')
        return error(
          403,
          'The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.',
          'from',
        );
      return { status: 202, headers: { 'x-message-id': 'abc123' } };
    },
  };
}
