import 'reflect-metadata';
import { execute, type ExecutionResult, getOperationAST, parse, specifiedRules, validate } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { CompiledQueries } from '../../src/graphql/compiled.ts';
import { contextFactory, type CreateContext } from '../../src/graphql/context.ts';
import { RESOLVERS } from '../../src/graphql/resolvers.ts';
import { buildGraphqlSchema } from '../../src/graphql/schema.ts';
import { ARGUMENTS, createWorld, FIELDS, type World } from '../support/every-field.ts';
import { startService } from '../support/service.ts';
import { wholeDocument } from '../support/whole-documents.ts';

const schema = buildGraphqlSchema(RESOLVERS);
const QUERIES = FIELDS.filter(({ kind }) => kind === 'query');

let ours: World;
let createContext: CreateContext;
let actors: Readonly<Record<'operator' | 'administrator' | 'runtime', Actor>>;

beforeAll(async () => {
  const service = await startService('2016-04-01T09:00:00.000Z');
  ({ ours } = await createWorld(service));
  createContext = contextFactory(service.house);
  const nobody = { administratorId: null, tokenId: null, scopes: [] };
  actors = {
    operator: { ...nobody, role: 'OPERATOR', subject: 'olga@platform.example' },
    administrator: { ...nobody, role: 'ADMINISTRATOR', subject: 'anna@mine.example', administratorId: ours.administrator },
    runtime: { ...nobody, role: 'RUNTIME', subject: 'checkout' },
  };
});

interface Both {
  /** Null where it was left to graphql-js. */
  readonly compiled: Record<string, unknown> | null;
  readonly usual: ExecutionResult;
}

/** Runs a text in both ways, in contexts of their own. */
async function runBoth(
  text: string,
  variables: Record<string, unknown> = {},
  actor = actors.operator,
  queries = new CompiledQueries(schema, 0),
): Promise<Both> {
  const document = parse(text);
  expect(validate(schema, document, specifiedRules)).toEqual([]);
  const compiled = await queries.run(document, getOperationAST(document)!, variables, createContext(actor, 'compiled'));
  const usual = await execute({ schema, document, variableValues: variables, contextValue: createContext(actor, 'usual') });
  return { compiled, usual };
}

describe('queries that are compiled', () => {
  it.each(QUERIES)('answer $name as graphql-js does, to whoever asks, or leave it to graphql-js', async (field) => {
    const text = wholeDocument(schema, field);
    const compiledFor = [];
    for (const [who, actor] of Object.entries(actors)) {
      const { compiled, usual } = await runBoth(text, ARGUMENTS[field.name]!(ours), actor);
      if (usual.errors) expect([who, compiled]).toEqual([who, null]);
      else {
        expect([who, JSON.stringify(compiled)]).toEqual([who, JSON.stringify(usual.data)]);
        compiledFor.push(who);
      }
    }
    // Somebody sees it all: else nothing would be compared.
    if (!PARTLY_REFUSED.includes(field.name)) expect(compiledFor).not.toEqual([]);
  });

  it('take variables that are left out, null or of another type that fits as graphql-js does', async () => {
    const text = `query ($first: Int = 2, $after: String, $states: [LifecycleState!]) {
      migrations(first: $first, after: $after, states: $states) { edges { node { key state } } pageInfo { hasNextPage endCursor } }
    }`;
    for (const variables of [
      {},
      { first: 1 },
      { first: 3, after: null },
      { states: 'GRACE_PERIOD' },
      { states: null },
      { states: [], more: 1 },
    ]) {
      const { compiled, usual } = await runBoth(text, variables);
      expect([variables, JSON.stringify(compiled)]).toEqual([variables, JSON.stringify(usual.data)]);
    }
  });

  it('leave wrong variables to graphql-js', async () => {
    const text = 'query ($first: Int!) { migrations(first: $first) { edges { cursor } } }';
    for (const variables of [{}, { first: null }, { first: '1' }, { first: 2 ** 31 }, { first: 1.5 }])
      expect((await runBoth(text, variables)).compiled).toBeNull();
  });

  it('leave answers with an error to graphql-js, and are executed as usual for a while', async () => {
    const queries = new CompiledQueries(schema, 0);
    const document = parse('query ($id: ID!) { account(id: $id) { id } }');
    const run = (id: string) => queries.run(document, getOperationAST(document)!, { id }, createContext(actors.operator, 'test'));
    expect(await run(ours.account)).toEqual({ account: { id: ours.account } });
    expect(await run('missing')).toBeNull();
    for (let i = 0; i < 10; i += 1) expect(await run(ours.account)).toBeNull();
    expect(await run(ours.account)).toEqual({ account: { id: ours.account } });
  });

  it('are executed as usual until they have been asked often', async () => {
    const queries = new CompiledQueries(schema);
    const document = parse('{ me { role } }');
    const run = () => queries.run(document, getOperationAST(document)!, {}, createContext(actors.operator, 'test'));
    for (let i = 0; i < 10; i += 1) expect(await run()).toBeNull();
    expect(await run()).toEqual({ me: { role: 'OPERATOR' } });
  });

  it.each([
    [
      'a text, which the compiler might take for code',
      '{ account(id: "__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74dprocess.abort()") { id } }',
    ],
    ['a text by default', 'query ($id: ID = "mine") { account(id: $id) { id } }'],
    ['a list', '{ migrations(states: [GRACE_PERIOD]) { edges { cursor } } }'],
    ['an object', '{ previewMigration(input: { title: 3 }) { problems } }'],
    ['a directive', 'query ($no: Boolean!) { me { role subject @skip(if: $no) } }'],
    ['a name that objects have', '{ me { __proto__: role } }'],
    ['introspection', '{ __schema { queryType { name } } }'],
    ['a change', 'mutation { createCalendarLink { url } }'],
  ])('are none that hold %s', async (_, text) => {
    const document = parse(text);
    const run = new CompiledQueries(schema, 0).run(
      document,
      getOperationAST(document)!,
      { no: true },
      createContext(actors.operator, 'test'),
    );
    expect(await run).toBeNull();
  });

  it('have a name of their own for each resolver: the compiler knows them by type and field without anything between', () => {
    const names = Object.values(schema.getTypeMap()).flatMap((type) =>
      'getFields' in type ? Object.keys(type.getFields()).map((field) => type.name + field) : [],
    );
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

/** Whoever asks, something below is not for them. */
const PARTLY_REFUSED: readonly string[] = ['board', 'webhookDeliveries'];
