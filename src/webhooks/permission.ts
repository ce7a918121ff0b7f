import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { Queryable } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { isUuid } from '../ids.ts';
import { type EndpointRow, findEndpoint } from './endpoints.repository.ts';
import type { Owner } from './webhook.rules.ts';

/**
 * As what an actor has endpoints: operators, administrators, and partners with the scope `webhooks:write`.
 *
 * @throws GracelineError FORBIDDEN
 */
export function requireOwner(actor: Actor): Owner {
  const { role, tokenId } = actor;
  if (role === 'OPERATOR' || role === 'ADMINISTRATOR') return role;
  if (role !== 'PARTNER')
    throw new GracelineError('FORBIDDEN', 'This token has no webhooks. Use the token of an operator, administrator or partner.');
  requireScope(actor, 'webhooks:write');
  if (tokenId === null)
    throw new GracelineError(
      'FORBIDDEN',
      'Webhooks of a partner belong to an API key. Use one instead of a token of an identity provider.',
    );
  return role;
}

/**
 * An endpoint that an actor may handle: operators any, others their own.
 *
 * @param lock keeps others from changing it until the transaction ends
 * @throws GracelineError FORBIDDEN; NOT_FOUND where there is none, or it is not theirs
 */
export async function requireEndpoint(db: Queryable, actor: Actor, id: string, lock = false): Promise<EndpointRow> {
  requireOwner(actor);
  const endpoint = isUuid(id) ? await findEndpoint(db, actor, id, lock) : undefined;
  if (!endpoint) throw new GracelineError('NOT_FOUND', 'There is no endpoint of this id. Look it up in the list of endpoints.');
  return endpoint;
}
