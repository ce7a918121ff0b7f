import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, getNullableType, getOperationAST, isListType, isObjectType, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { costOf, WEIGHTS } from '../../../src/graphql/costs.ts';

const schema = buildSchema(readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8'));

function cost(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  return costOf(schema, document, getOperationAST(document)!, variables);
}

const fields = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('__'))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })));

describe('the table of weights', () => {
  test('names only fields there are', () => {
    expect(Object.keys(WEIGHTS).filter((name) => !fields.some((field) => field.name === name))).toEqual([]);
  });

  test('names only arguments there are', () => {
    const unknown = Object.entries(WEIGHTS).flatMap(([name, { ifGiven = {}, items }]) => {
      const args = fields.find((field) => field.name === name)!.field.args.map((arg) => arg.name);
      const named = [...Object.keys(ifGiven), ...(typeof items === 'object' ? [items.argument] : [])];
      return named.filter((arg) => !args.includes(arg)).map((arg) => `${name}(${arg}:)`);
    });
    expect(unknown).toEqual([]);
  });

  test('says of every list of objects how long it is, unless its page does', () => {
    const unbound = fields.filter(
      ({ name, field }) =>
        isListType(getNullableType(field.type)) &&
        isObjectType(getNamedType(field.type)) &&
        !name.endsWith('Connection.edges') &&
        WEIGHTS[name]?.items === undefined,
    );
    expect(unbound.map(({ name }) => name)).toEqual([]);
  });
});

describe('an operation costs', () => {
  test.each([
    ['at least a point', '{ __typename }', 1],
    ['10 for a look-up, and 1 for its object', '{ account(id: "a") { id name attributes } }', 11],
    ['the same for each alias', '{ a: account(id: "a") { id } b: account(id: "b") { id } }', 22],
    ['its page, by default of 20', '{ migrations { edges { node { key } } pageInfo { endCursor } } }', 30],
    ['its page, as it is given', '{ migrations(first: 50) { edges { node { key } } } }', 60],
    ['its page, and more for what is dear in each', '{ migrations(first: 50) { edges { node { progress { percent } } } } }', 10 + 50 * 52],
    [
      'the product of lists in lists',
      '{ accounts(first: 10) { edges { node { migrations { state { enabled } } } } } }',
      10 + 10 * (1 + 20 * 2),
    ],
    [
      'as much in a fragment',
      'query { account(id: "a") { ...A ... { migrations { ...M } } } } fragment A on Account { id } fragment M on AccountMigration { state { enabled } }',
      11 + 40,
    ],
    ['more where a text is searched for', '{ accounts(first: 1, search: "x") { edges { node { id } } } }', 311],
    ['what is skipped as well', '{ account(id: "a") @skip(if: true) { id } }', 11],
    ['1,000 for the schema', '{ __schema { types { name } } }', 1_000],
    ['50 for a change', 'mutation { optIn(account: "a", migration: "m") { state { enabled } } }', 52],
    ['the work behind each it is given', 'mutation { reportUsage(reports: [{}, {}]) { counted refused { code } } }', 60],
    ['as many as it changes', 'mutation { optInAccounts(accounts: ["a", "b", "c"], migration: "m") { account } }', 53],
    ['for a subscription what an event does', 'subscription { rolloutProgress(migration: "m") { percent } }', 51],
  ])('%s', (_, query, expected) => {
    expect(cost(query)).toBe(expected);
  });

  test('by its variables, or their defaults', () => {
    const query = 'query ($first: Int = 5) { migrations(first: $first) { edges { node { key } } } }';
    expect([cost(query), cost(query, { first: 7 }), cost(query, { first: 100 })]).toEqual([15, 17, 110]);
    const bulk = 'mutation ($accounts: [ID!]!) { optInAccounts(accounts: $accounts, migration: "m") { account } }';
    expect(cost(bulk, { accounts: Array.from({ length: 1_000 }, String) })).toBe(1_050);
    const byDefault = 'mutation ($accounts: [ID!]! = ["a", "b", "c"]) { optInAccounts(accounts: $accounts, migration: "m") { account } }';
    expect([cost(byDefault), cost(byDefault, { accounts: ['a'] })]).toEqual([53, 51]);
    const none = 'query ($search: String = null) { accounts(first: 1, search: $search) { edges { node { id } } } }';
    expect(cost(none)).toBe(11);
    const search = 'query ($search: String) { accounts(first: 1, search: $search) { edges { node { id } } } }';
    expect([cost(search), cost(search, { search: null }), cost(search, { search: 'x' })]).toEqual([11, 11, 311]);
  });

  test.each([-1, 0, 101, 1e9, 'many'])('the most it could where `first` is %j, whoever refuses that later', (first) => {
    expect(cost('query ($first: Int!) { migrations(first: $first) { edges { node { key } } } }', { first })).toBe(110);
  });

  test('of an operation that is kept follow its variables from one request to the next', () => {
    const query = 'query ($first: Int) { migrations(first: $first) { edges { node { key } } } }';
    const kept = parse(query);
    for (const variables of [{ first: 1 }, { first: 50 }, { first: 50 }, {}, { first: null }, { first: 1 }])
      expect(costOf(schema, kept, getOperationAST(kept)!, variables)).toBe(cost(query, variables));
    const change = 'mutation ($accounts: [ID!]!) { optInAccounts(accounts: $accounts, migration: "a") { outcomes { account } } }';
    const keptChange = parse(change);
    const accounts = ['a'];
    for (let i = 0; i < 3; i += 1) {
      expect(costOf(schema, keptChange, getOperationAST(keptChange)!, { accounts })).toBe(cost(change, { accounts }));
      accounts.push('b');
    }
  });
});
