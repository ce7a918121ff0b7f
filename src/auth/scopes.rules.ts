/** What a partner's token may do, scope by scope. */
import { GracelineError } from '../errors.ts';

/**
 * The scopes of partners. Every other role has what it needs by being that role: `flags:read`, say, is what a runtime does,
 * and a partner does it by the scope.
 */
export const SCOPES = [
  'migrations:read',
  'opt_ins:write',
  'email:write',
  'webhooks:write',
  'events:read',
  'flags:read',
  'usage:write',
  'read:users',
  'read:user_idp_tokens',
] as const;

/** See {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** What is asked of an actor here. */
export interface Scoped {
  readonly role: string;
  readonly scopes: readonly Scope[];
}

/**
 * Refuses a partner whose token has none of these scopes; lets every other role pass. Asked before anything is looked up, so
 * that a refusal tells nothing of what there is.
 *
 * @throws GracelineError FORBIDDEN that names them, in its message and as `details.scopes`
 */
export function requireScope({ role, scopes }: Scoped, ...oneOf: readonly [Scope, ...Scope[]]): void {
  if (role !== 'PARTNER' || oneOf.some((scope) => scopes.includes(scope))) return;
  const named = oneOf.map((scope) => `"${scope}"`).join(' or ');
  throw new GracelineError('FORBIDDEN', `This needs a token with the scope ${named}. Ask an operator for one.`, { scopes: oneOf });
}
