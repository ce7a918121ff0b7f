import { GracelineError } from '../errors.ts';
import type { PayingCallers } from '../http/budgets.ts';
import { type Fields, optionalText, requiredText } from '../http/fields.ts';
import { json, type RouteRequest, type Routes } from '../http/route.ts';
import type { UsersService } from './users.service.ts';

/** The most characters of a client_id, an address and the like: more than any has. */
export const SHORT = 320;
/** The most of a password or an id_token: the body is bounded anyway, and who reads them says what is too long. */
export const LONG = 65_536;

/** What these routes call. */
export interface UsersRoutesParts {
  readonly callers: PayingCallers;
  readonly users: UsersService;
}

/** Users and their profiles, as the platform's API has them. */
export function usersRoutes({ callers, users }: UsersRoutesParts): Routes {
  return {
    'GET /api/v2/users/{id}': async ({ headers, params, query, client }: RouteRequest) =>
      json(200, await users.profile(await callers.authenticate(headers.authorization, client), params['id']!, query.get('account'))),

    'POST /oauth/ro': async ({ body }: RouteRequest) => {
      requireOpenid(body);
      const idToken = await users.signIn({
        clientId: requiredText(body, 'client_id', SHORT),
        connection: requiredText(body, 'connection', SHORT),
        username: requiredText(body, 'username', SHORT),
        password: requiredText(body, 'password', LONG),
      });
      return json(200, { id_token: idToken, token_type: 'bearer' });
    },

    'POST /tokeninfo': async ({ body }: RouteRequest) => json(200, await users.profileOfToken(requiredText(body, 'id_token', LONG))),
  };
}

function requireOpenid(body: Fields): void {
  if (optionalText(body, 'scope', SHORT)?.split(' ').includes('openid')) return;
  throw new GracelineError('INVALID_INPUT', '"scope" must hold openid: signing in here gives an id_token.', { field: 'scope' });
}
