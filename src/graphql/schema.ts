import { type GraphQLObjectType, type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { makeIdempotent } from './idempotency.ts';
import { buildSchemaSync, type NonEmptyArray, type PubSub } from 'type-graphql';

/** A class with `@Resolver`. It has no constructor arguments: services come by the context. */
export type ResolverClass = new () => object;

/** type-graphql asks for one; ours would be unused, because every subscription brings its own `subscribe`. */
const NO_PUB_SUB: PubSub = {
  publish: () => {
    throw new Error('Nothing is published here: write an event in the transaction of the change.');
  },
  subscribe: () => {
    throw new Error('Give the @Subscription a `subscribe` function that follows the event log.');
  },
};

/**
 * Makes the schema of these resolvers. type-graphql's build context is global: one at a time, hence synchronous.
 *
 * @param resolvers whose queries, mutations and subscriptions the schema has
 */
export function buildGraphqlSchema(resolvers: NonEmptyArray<ResolverClass>): GraphQLSchema {
  const schema = buildSchemaSync({ resolvers, validate: false, pubSub: NO_PUB_SUB });
  // type-graphql makes these three itself and takes no description for them.
  describe(schema.getQueryType(), 'What can be read.');
  describe(schema.getMutationType(), 'What can be changed. Each change is one transaction and leaves one event in the log.');
  describe(schema.getSubscriptionType(), 'What can be watched, over a WebSocket. Changes of every process are seen.');
  makeIdempotent(schema);
  return schema;
}

/** The schema as text, sorted, so that a change shows as its difference alone. */
export function printSchemaSorted(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

function describe(type: GraphQLObjectType | null | undefined, description: string): void {
  if (type) type.description = description;
}
