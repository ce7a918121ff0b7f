/**
 * Where sealed texts stand. What belongs to a place is bound to it, so whoever seals, whoever opens and whoever re-encrypts
 * must name it alike: all of them ask here.
 */

/** What a sealed text is bound to; see SecretBox. */
export type Place = readonly (string | number)[];

/** A credential of an account with its email provider. */
export function placeOfEmailSecret(accountNumber: number, provider: string, field: string): Place {
  return ['email_settings', accountNumber, provider, field];
}

/** What the template of a user's mail is filled with. */
export function placeOfMailVariables(userMailId: string): Place {
  return ['user_mail', userMailId];
}

/** What a call that named a key asked for, and what it was answered. */
export function placeOfIdempotencyKey(id: string): Place {
  return ['idempotency_key', id];
}

/** The secret with which an application's id_tokens are signed. */
export function placeOfApplicationSecret(applicationId: string): Place {
  return ['application', applicationId];
}

/** What the webhooks of an endpoint are signed with. One that is replaced moves to another column and keeps its place. */
export function placeOfWebhookSecret(endpointId: string): Place {
  return ['webhook_endpoint', endpointId];
}

/** The token an identity provider gave for a user. */
export function placeOfIdentity(accountNumber: number, userId: string, position: number): Place {
  return ['identity', accountNumber, userId, position];
}
