/** A service with resolvers made for trying the transport: every way a field can go well or wrong. */
import { pino } from 'pino';
import { Arg, Args, Ctx, Field, Int, Mutation, ObjectType, Query, Resolver, Root, Subscription } from 'type-graphql';
import { afterAll, beforeAll } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import { LastUseRecorder } from '../../src/auth/last-use-recorder.ts';
import { type CreatedToken, TokensService } from '../../src/auth/tokens.service.ts';
import { systemClock } from '../../src/clock.ts';
import { Database } from '../../src/db/database.ts';
import { GracelineError } from '../../src/errors.ts';
import { Wake } from '../../src/events/wake.ts';
import { Connection, type ConnectionOf, PageArgs, toConnection } from '../../src/graphql/connection.ts';
import { type Context, contextFactory, requireActor, type Services } from '../../src/graphql/context.ts';
import { DateTime, JSONObject, PartialDate } from '../../src/graphql/scalars.ts';
import { buildGraphqlSchema } from '../../src/graphql/schema.ts';
import { createGraphqlServer, type GraphqlServerOptions } from '../../src/graphql/server.ts';
import { Budgets } from '../../src/http/budgets.ts';
import { clientAddress } from '../../src/http/client-address.ts';
import { bus, Ticks } from './ticks.ts';
import { createHttpServer, type HttpServer } from '../../src/http.ts';
import { cloneDatabase } from './database.ts';
import { type Collector, graphqlClient } from './graphql-client.ts';

@ObjectType('Sample', { description: 'A thing to list.', simpleResolvers: true })
class SampleType {
  @Field(() => Int, { description: 'Its number.' })
  number!: number;

  @Field(() => DateTime, { description: 'When it was made.' })
  at!: Date;

  @Field(() => SampleType, { nullable: true, description: 'Itself again.' })
  self?: SampleType;
}

const SampleConnection = Connection(SampleType);
/** What the query `slow` waits for. */
export const gate = { current: Promise.withResolvers<string>() };
/** In the messages of defects; no caller may ever see it. */
export const SECRET = 'password=hunter2';

@Resolver()
class SampleResolver {
  @Query(() => String, { description: 'The subject of the caller.' })
  whoAmI(@Ctx() context: Context): string {
    return requireActor(context).subject;
  }

  @Query(() => String, { description: 'Public.' })
  requestId(@Ctx() { requestId }: Context): string {
    return requestId;
  }

  @Query(() => SampleConnection, { description: 'A list.' })
  samples(@Args(() => PageArgs) { page }: PageArgs): ConnectionOf<SampleType> {
    const edges = [1, 2].map((number) => ({ cursor: `c${number}`, node: number }));
    return toConnection({ edges, hasNextPage: page.after === null && page.first === 2 }, (number) => ({ number, at: new Date(number) }));
  }

  @Query(() => SampleType, { description: 'Goes as deep as one likes.' })
  sample(): SampleType {
    const sample: SampleType = { number: 1, at: new Date(0) };
    return Object.assign(sample, { self: sample });
  }

  @Query(() => PartialDate, { description: 'The date given.' })
  date(@Arg('date', () => PartialDate, { description: 'Any.' }) date: string): string {
    return date;
  }

  @Query(() => JSONObject, { description: 'The object given.' })
  object(@Arg('object', () => JSONObject, { description: 'Any.' }) object: Record<string, unknown>): Record<string, unknown> {
    return object;
  }

  @Query(() => String, { description: 'Waits.' })
  slow(): Promise<string> {
    bus.emit('slow');
    return gate.current.promise;
  }

  @Query(() => String, { nullable: true, description: 'Fails by a defect.' })
  broken(): string {
    throw new TypeError(`cannot read ${SECRET}`);
  }

  @Query(() => Int, { description: 'Gives what its type does not allow.' })
  mistyped(): string {
    return SECRET;
  }

  @Query(() => String, { description: 'Fails as expected.' })
  taken(): string {
    throw new GracelineError('KEY_TAKEN', 'Choose another key.', { key: 'k' });
  }

  @Mutation(() => Boolean, { description: 'Does nothing.' })
  nothing(): boolean {
    return true;
  }

  @Subscription(() => Int, {
    description: 'Counts.',
    subscribe: ({ context }: { context: Context }) => {
      requireActor(context);
      return new Ticks();
    },
  })
  ticks(@Root() tick: number): number {
    if (tick < 0) throw new Error(SECRET);
    return tick;
  }

  @Subscription(() => Int, {
    description: 'Refused.',
    subscribe: () => {
      throw new GracelineError('NOT_FOUND', 'There is no such thing.');
    },
  })
  refused(): number {
    return 0;
  }
}

/** The schema of the sample resolvers. */
export const sampleSchema = buildGraphqlSchema([SampleResolver]);

const doubling = Array.from(
  { length: 30 },
  (_, i) => `fragment F${i} on Sample { a: self { ...F${i + 1} } b: self { ...F${i + 1} } }`,
).join(' ');
/** Operations that ask for too much: name, text, code of the refusal. */
export const BOMBS = [
  ['a token bomb', `{ ${'x '.repeat(15_000)} }`, 'GRAPHQL_PARSE_FAILED'],
  ['depth', `{ sample ${'{ self '.repeat(20)} { number } ${'}'.repeat(20)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['aliases at the root', `{ ${Array.from({ length: 300 }, (_, i) => `a${i}: requestId`).join(' ')} }`, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'aliases at the root in fragments',
    `{ ${'...F '.repeat(10)} } fragment F on Query { a: requestId b: requestId c: requestId }`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['fragments that double each other', `{ sample { ...F0 } } ${doubling} fragment F30 on Sample { number }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['a fragment inside itself', '{ sample { ...F } } fragment F on Sample { self { ...F } }', 'GRAPHQL_VALIDATION_FAILED'],
] as const;

/** A running server, and where it is. */
export interface Started {
  readonly server: HttpServer;
  readonly url: string;
  readonly port: number;
}

/** The service of a test file; its fields are there once the tests run. */
export class SampleService {
  /** Every line of the log so far. */
  readonly logged: Record<string, unknown>[] = [];
  readonly logger = pino(
    { level: 'debug' },
    { write: (line: string) => void this.logged.push(JSON.parse(line) as Record<string, unknown>) },
  );
  /** What `/readyz` finds missing. */
  missing: string[] = [];
  tokens!: TokensService;
  operator!: CreatedToken;
  url!: string;
  private db!: Database;
  private server!: HttpServer;

  /** Starts it before the tests of the file that calls this, and ends it after them. */
  static forThisFile(): SampleService {
    const service = new SampleService();
    beforeAll(() => service.open());
    afterAll(() => service.close());
    return service;
  }

  /** A new token of an operator. */
  newToken(expiresAt?: Date): Promise<CreatedToken> {
    return this.tokens.createToken(SYSTEM, { name: 't', role: 'OPERATOR', subject: 'olga@platform.example', expiresAt });
  }

  /** A further server over the same tokens; the caller closes it. */
  async start(options: Partial<GraphqlServerOptions> = {}): Promise<Started> {
    const services: Partial<Services> = { tokens: this.tokens };
    const graphql = await createGraphqlServer({
      schema: sampleSchema,
      authenticate: (authorization) => this.tokens.authenticate(authorization),
      authorizationOf: ({ headers }) => headers.authorization,
      createContext: contextFactory(services as Services),
      logger: this.logger,
      introspection: true,
      metering: {
        maxCost: 10_000,
        budgets: new Budgets({ key: 600_000, runtime: 600_000, stranger: 600_000 }),
        addressOf: clientAddress([]),
      },
      landingPage: true,
      recheckEveryMs: 100,
      ...options,
    });
    const routes = {
      'GET /migrations': () => ({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<p>Migrations' }),
      'GET /defect': () => {
        throw new Error(SECRET);
      },
    };
    const server = createHttpServer({ graphql, routes, ready: () => Promise.resolve(this.missing), logger: this.logger });
    const port = await server.listen('127.0.0.1', 0);
    return { server, url: `http://127.0.0.1:${port}`, port };
  }

  /** Subscribes to the ticks, and resolves once their source runs. */
  async subscribeToTicks(token = this.operator.token, url = this.url): Promise<Collector<{ ticks: number }>> {
    const running = new Promise((resolve) => bus.once('subscribed', resolve));
    const messages = graphqlClient(url, token).subscribe<{ ticks: number }, never>('subscription { ticks }');
    await running;
    return messages;
  }

  private async open(): Promise<void> {
    this.db = await Database.connect(await cloneDatabase(), 4);
    this.tokens = new TokensService(this.db, new Wake(this.db, this.logger), systemClock, new LastUseRecorder(this.db, this.logger));
    this.operator = await this.newToken();
    ({ server: this.server, url: this.url } = await this.start());
  }

  private async close(): Promise<void> {
    await this.server.close(2_000);
    await this.db.close();
  }
}
