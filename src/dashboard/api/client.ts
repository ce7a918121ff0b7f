/** The one client for queries and mutations; what arrives by itself comes by the {@link LiveConnection}. */
import { cacheExchange, Client, fetchExchange, mapExchange } from 'urql';
import { faultOf } from './errors.ts';

/** Where the API answers, on the origin the dashboard came from; the session's cookie goes along. */
export const GRAPHQL_PATH = '/graphql';

/**
 * Makes a client for one session: what it has read is not for the next person at this browser.
 *
 * @param onSignedOut called when the API no longer knows the session
 */
export function createApiClient(onSignedOut: () => void): Client {
  return new Client({
    url: GRAPHQL_PATH,
    preferGetMethod: false,
    // What is known is shown at once, and read anew all the same: deadlines do not wait for a cache.
    requestPolicy: 'cache-and-network',
    fetchOptions: { credentials: 'same-origin' },
    exchanges: [
      cacheExchange,
      mapExchange({
        onError: (error) => {
          if (faultOf(error).code === 'UNAUTHENTICATED') onSignedOut();
        },
      }),
      fetchExchange,
    ],
  });
}
