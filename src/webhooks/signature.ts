/** Signing by the Standard Webhooks specification: https://github.com/standard-webhooks/standard-webhooks */
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

const SECRET_BYTES = 32;
const MS_PER_SECOND = 1_000;

/** A new secret: `whsec_` and the base64 of 256 random bits. */
export function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/**
 * The headers by which a receiver knows a webhook.
 *
 * @param id the same at every attempt
 * @param at the present instant
 * @param secrets one signature each, e.g. two while a rotation overlaps
 */
export function signedHeaders(id: string, at: Date, body: string, secrets: readonly string[]): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / MS_PER_SECOND)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}
