import type { Actor } from '../auth/actor.ts';
import type { TokensService } from '../auth/tokens.service.ts';
import { GracelineError } from '../errors.ts';

/** Every service a resolver may call. */
export interface Services {
  readonly tokens: TokensService;
}

/** Look-ups of one request, batched: children of a list are read together. */
export type Loaders = object;

/** What resolvers get: one per request, and one per event of a subscription. */
export interface Context {
  /** Who asks; null where no token came. */
  readonly actor: Actor | null;
  /** Names the request in logs and in the response header `x-request-id`. */
  readonly requestId: string;
  readonly services: Services;
  readonly loaders: Loaders;
}

/** Makes the context of one request or event. */
export type CreateContext = (actor: Actor | null, requestId: string) => Context;

/** Makes contexts over these services. */
export function contextFactory(services: Services): CreateContext {
  return (actor, requestId) => ({ actor, requestId, services, loaders: {} });
}

/**
 * Who asks, for everything that is not public.
 *
 * @throws GracelineError UNAUTHENTICATED where no token came
 */
export function requireActor({ actor }: Context): Actor {
  if (actor) return actor;
  throw new GracelineError('UNAUTHENTICATED', 'This needs a token. Send the header "Authorization: Bearer gl_…".');
}
