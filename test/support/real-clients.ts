/** The API through the client libraries that people use, each as its own documentation sets it up. */
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { cacheExchange, Client, type CombinedError, fetchExchange, subscriptionExchange } from '@urql/core';
import { getOperationAST, OperationTypeNode, parse } from 'graphql';
import { createClient } from 'graphql-ws';

/** What comes of an operation: its data, or the codes of its errors as the library hands them over. */
export type Outcome = { readonly data: unknown } | { readonly codes: readonly unknown[] };

/** One library, set up. */
export interface RealClient {
  /** Runs a query or mutation. */
  ask(text: string, variables?: Record<string, unknown>): Promise<Outcome>;
  /** Subscribes and gives what comes first, be it that it cannot be subscribed to; ends the subscription then. */
  first(text: string, variables?: Record<string, unknown>): Promise<Outcome>;
}

/** Makes a caller by a library: of a service, e.g. `http://127.0.0.1:4000`, with a token. */
export type MakeRealClient = (url: string, token: string) => RealClient;

const socketOf = (url: string, token: string) =>
  createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });

/** Apollo Client. */
export const apolloClient: MakeRealClient = (url, token) => {
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socketOf(url, token)),
      new HttpLink({ uri: `${url}/graphql`, headers: { authorization: `Bearer ${token}` } }),
    ),
  });
  const outcomeOf = async ({ data, error }: { data?: unknown; error?: unknown }): Promise<Outcome> => {
    if (error === undefined) return { data };
    if (!CombinedGraphQLErrors.is(error)) throw new Error('No answer of GraphQL came.', { cause: error });
    return { codes: error.errors.map(({ extensions }) => extensions?.['code']) };
  };
  return {
    ask: async (text, variables) => {
      const document = parse(text);
      const isQuery = getOperationAST(document)?.operation === OperationTypeNode.QUERY;
      const result = isQuery
        ? client.query({ query: document, variables, fetchPolicy: 'network-only', errorPolicy: 'all' })
        : client.mutate({ mutation: document, variables, errorPolicy: 'all' });
      return outcomeOf(await result);
    },
    first: (text, variables) =>
      new Promise((resolve, reject) => {
        const subscription = client.subscribe({ query: parse(text), variables }).subscribe({
          next: (result) => {
            resolve(outcomeOf(result));
            queueMicrotask(() => subscription.unsubscribe());
          },
          error: reject,
          complete: () => reject(new Error('The subscription is complete.')),
        });
      }),
  };
};

/** urql. */
export const urqlClient: MakeRealClient = (url, token) => {
  const socket = socketOf(url, token);
  const client = new Client({
    url: `${url}/graphql`,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
  const outcomeOf = async ({ data, error }: { data?: unknown; error?: CombinedError }): Promise<Outcome> => {
    if (error?.networkError) throw error.networkError;
    return error ? { codes: error.graphQLErrors.map(({ extensions }) => extensions['code']) } : { data };
  };
  return {
    ask: async (text, variables = {}) => {
      const isQuery = getOperationAST(parse(text))?.operation === OperationTypeNode.QUERY;
      return outcomeOf(
        await (isQuery ? client.query(text, variables, { requestPolicy: 'network-only' }) : client.mutation(text, variables)),
      );
    },
    first: (text, variables = {}) =>
      new Promise((resolve) => {
        const subscription = client.subscription(text, variables).subscribe((result) => {
          resolve(outcomeOf(result));
          queueMicrotask(() => subscription.unsubscribe());
        });
      }),
  };
};
