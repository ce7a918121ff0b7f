import type { Actor } from '../auth/actor.ts';
import { GracelineError } from '../errors.ts';

/**
 * Lets operators and administrators pass: who makes applications and users. Which accounts they may do it for is asked
 * besides.
 *
 * @throws GracelineError FORBIDDEN
 */
export function requireUserManager({ role }: Actor): void {
  if (role === 'OPERATOR' || role === 'ADMINISTRATOR') return;
  throw new GracelineError(
    'FORBIDDEN',
    'Only operators and administrators make applications and users. Use the token of one who administers the account.',
  );
}

/**
 * Lets pass who may read user profiles: operators, administrators, and partners with the scope `read:users`.
 *
 * @throws GracelineError FORBIDDEN
 */
export function requireUserReader({ role, scopes }: Actor): void {
  if (role === 'OPERATOR' || role === 'ADMINISTRATOR' || (role === 'PARTNER' && scopes.includes('read:users'))) return;
  throw new GracelineError(
    'FORBIDDEN',
    'Reading users needs the token of an operator, an administrator, or a partner with the scope "read:users".',
  );
}
