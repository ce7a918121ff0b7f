import { createHash, createHmac } from 'node:crypto';
import { type AddressObject, simpleParser } from 'mailparser';
import { z } from 'zod';
import type { ApiAnswer, ApiDialect, ApiRequest } from './http-api.ts';
import { htmlOf } from './smtp.ts';

const request = z.strictObject({
  FromEmailAddress: z.string(),
  Destination: z.strictObject({ ToAddresses: z.array(z.string()).length(1) }),
  Content: z.strictObject({ Raw: z.strictObject({ Data: z.base64() }) }),
  ConfigurationSetName: z.string().optional(),
});

const SIGNATURE =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/ses\/aws4_request, SignedHeaders=([^,]+), Signature=([\da-f]{64})$/;

const error = (status: number, type: string, message: string): ApiAnswer => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { message },
});
const boxes = (header: AddressObject | AddressObject[] | undefined) =>
  [header ?? []].flat().flatMap(({ value }) => value.map(({ name, address = '' }) => ({ name, address })));

/** What the account of the API is. */
export interface SesAccount {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** SES's SendEmail (API v2) as its reference says it answers; signatures are checked. */
export function sesApi(account: SesAccount): ApiDialect {
  return {
    async read(received) {
      if (received.method !== 'POST' || received.path !== '/v2/email/outbound-emails') return error(404, 'UnknownOperationException', '');
      const refusal = refusedSignature(received, account);
      if (refusal) return refusal;
      const parsed = request.safeParse(JSON.parse(received.body));
      if (!parsed.success) return error(400, 'BadRequestException', parsed.error.message);
      const { Content, Destination, FromEmailAddress, ConfigurationSetName } = parsed.data;
      const raw = Buffer.from(Content.Raw.Data, 'base64');
      const mail = await simpleParser(raw);
      const [from] = boxes(mail.from);
      if (from?.address !== FromEmailAddress) return error(400, 'BadRequestException', 'Another sender in the message');
      if (boxes(mail.to).some(({ address }) => !Destination.ToAddresses.includes(address)))
        return error(400, 'BadRequestException', 'Another recipient in the message');
      return {
        from,
        to: boxes(mail.to),
        subject: mail.subject ?? '',
        html: htmlOf(mail),
        text: mail.text ?? '',
        headers: new Map(mail.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()])),
        extras: { ConfigurationSetName, raw: raw.toString() },
      };
    },
    answerTo({ to, from }, behaviour) {
      const unverified = (address: string) =>
        error(
          400,
          'MessageRejected',
          `Email address is not verified. The following identities failed the check in region EU-WEST-1: ${address}`,
        );
      if (behaviour === 'throttle') {
        const throttled = error(429, 'TooManyRequestsException', 'Maximum sending rate exceeded.');
        return { ...throttled, headers: { ...throttled.headers, 'retry-after': '7' } };
      }
      if (behaviour === 'fail') return error(500, 'InternalFailure', 'The request processing has failed\nbecause of an unknown error');
      if (behaviour === 'refuseRecipient') return unverified(to[0]!.address);
      if (behaviour === 'refuseSender') return unverified(from.address);
      return { status: 200, body: { MessageId: 'abc123' } };
    },
  };
}

/** Signature version 4: the request as it came, signed again with what the account's secret is. */
function refusedSignature({ method, path, headers, body }: ApiRequest, account: SesAccount): ApiAnswer | null {
  const [, keyId, day = '', region = '', signed = '', signature] = SIGNATURE.exec(headers.authorization ?? '') ?? [];
  if (keyId === undefined) return error(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (keyId !== account.accessKeyId || region !== account.region)
    return error(403, 'UnrecognizedClientException', `The security token ${keyId} included in the request is invalid.`);
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, path, '', lines.join(''), signed, sha256(body)].join('\n');
  const scope = `${day}/${region}/ses/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', String(headers['x-amz-date']), scope, sha256(canonical)].join('\n');
  const key = [day, region, 'ses', 'aws4_request'].reduce<Buffer | string>(
    (last, part) => hmac(last, part),
    `AWS4${account.secretAccessKey}`,
  );
  if (hmac(key, toSign).toString('hex') === signature) return null;
  return error(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
