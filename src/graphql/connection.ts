/** Lists as Relay connections: https://relay.dev/graphql/connections.htm */
import { ArgsType, type ClassType, Field, getMetadataStorage, Int, ObjectType } from 'type-graphql';
import { MAX_PAGE_SIZE, type Page, type PageRequest } from '../pagination.ts';

/** Where a page ends. */
@ObjectType({ description: 'Where a page of a list ends, and whether more follows.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there is more after this page.' })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the last item, to give as `after`; null where the page is empty.' })
  endCursor!: string | null;
}

/** The arguments of every list. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: 20, description: `How many items to return, 1 to ${MAX_PAGE_SIZE}.` })
  first!: number;

  @Field(() => String, { nullable: true, description: 'Return what follows this cursor; leave it out to begin at the beginning.' })
  after?: string | null;

  /** The page asked for, as services take it. */
  get page(): PageRequest {
    return { first: this.first, after: this.after ?? null };
  }
}

/** One page as GraphQL sees it. */
export interface ConnectionOf<T> {
  edges: { cursor: string; node: T }[];
  pageInfo: PageInfo;
}

/**
 * The connection type of a type, e.g. `AccountConnection` with `AccountEdge` for `Account`. Called once for each type.
 *
 * @param Node a class with `@ObjectType`
 */
export function Connection<T extends object>(Node: ClassType<T>): ClassType<ConnectionOf<T>> {
  const name = getMetadataStorage().objectTypes.find(({ target }) => target === Node)?.name;
  if (!name) throw new Error(`${Node.name} is no @ObjectType, so no connection can hold it.`);

  @ObjectType(`${name}Edge`, { description: `One ${name} of a page, with its cursor.`, simpleResolvers: true })
  class Edge {
    @Field(() => String, { description: 'Its place in the list: give it as `after` to go on behind it.' })
    cursor!: string;

    @Field(() => Node, { description: 'The item.' })
    node!: T;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.`, simpleResolvers: true })
  class ConnectionType implements ConnectionOf<T> {
    @Field(() => [Edge], { description: 'The items of the page, in the order of the list.' })
    edges!: Edge[];

    @Field(() => PageInfo, { description: 'Where the page ends.' })
    pageInfo!: PageInfo;
  }

  return ConnectionType;
}

/** A page of a service as a connection, each item mapped for GraphQL. */
export function toConnection<View, T>({ edges, hasNextPage, endCursor }: Page<View>, toNode: (view: View) => T): ConnectionOf<T> {
  return {
    edges: edges.map(({ cursor, node }) => ({ cursor, node: toNode(node) })),
    pageInfo: { hasNextPage, endCursor: endCursor ?? edges.at(-1)?.cursor ?? null },
  };
}
