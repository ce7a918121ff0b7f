/** Values for the inputs of the schema by their type: sensible ones, and now and then hostile ones. */
import fc from 'fast-check';
import { type GraphQLInputObjectType, type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { CURSORS, hostileValues } from './hostile-values.ts';

/** What is there in the world that is fuzzed, by what arguments call it. */
export interface Known {
  readonly account: readonly string[];
  readonly migration: readonly string[];
  readonly administrator: readonly string[];
  /** Of tokens, notices, webhook endpoints and all else that has a UUID. */
  readonly ids: readonly string[];
}

/** Makes arbitrary values of inputs: mostly such as a client would send, and now and then one of {@link hostileValues}. */
export class Values {
  private readonly kept = new Map<string, fc.Arbitrary<unknown>>();

  constructor(private readonly known: Known) {}

  /** @param name of the argument or field, by which a sensible value is chosen */
  of(type: GraphQLInputType, name: string): fc.Arbitrary<unknown> {
    const place = `${name}: ${String(type)}`;
    const known = this.kept.get(place);
    if (known) return known;
    const sensible = this.sensible(type, name);
    const made = fc.oneof({ arbitrary: sensible, weight: 15 }, { arbitrary: fc.constantFrom(...hostileValues(type, 'x')), weight: 1 });
    this.kept.set(place, made);
    return made;
  }

  private sensible(type: GraphQLInputType, name: string): fc.Arbitrary<unknown> {
    if (isNonNullType(type)) return this.sensible(type.ofType, name);
    if (isListType(type)) return fc.array(this.of(type.ofType, name), { maxLength: 3 });
    if (isEnumType(type)) return fc.constantFrom(...type.getValues().map((value) => value.name));
    if (isInputObjectType(type)) return this.object(type);
    if (type.name === 'Boolean') return fc.boolean();
    if (type.name === 'Int' || type.name === 'Float')
      return name === 'first' ? fc.integer({ min: 1, max: 4 }) : fc.integer({ min: 0, max: 120 });
    if (type.name === 'JSONObject')
      return fc.dictionary(fc.constantFrom('tier', 'beta', 'x'), fc.oneof(fc.constantFrom('gold', ''), fc.integer(), fc.boolean()), {
        maxKeys: 2,
      });
    if (type.name === 'DateTime') return fc.constantFrom('2016-04-02T12:00:00Z', '2016-05-01T00:00:00+02:00', '2016-12-31T23:59:59.999Z');
    if (type.name === 'PartialDate') return fc.constantFrom('TBD', '2016-06', '2016-06-20', '2016-07-20', '2016-06-20T09:30:00Z');
    return this.text(name);
  }

  /** What must be there always is; the rest as often as not. */
  private object(type: GraphQLInputObjectType): fc.Arbitrary<unknown> {
    const fields = Object.values(type.getFields());
    const values = Object.fromEntries(fields.map((field) => [field.name, this.of(field.type, field.name)]));
    const requiredKeys = fields.filter((field) => isNonNullType(field.type)).map((field) => field.name);
    return fc.record(values, { requiredKeys });
  }

  private text(name: string): fc.Arbitrary<unknown> {
    const { account, migration, administrator, ids } = this.known;
    const nth = (word: string) => fc.nat({ max: 400 }).map((n) => `${word}${n}`);
    if (/^accounts?$/.test(name)) return fc.constantFrom(...account);
    if (/^(migration|key)$/.test(name))
      return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...migration) }, { weight: 1, arbitrary: nth('m-') });
    if (/account id$/i.test(name)) return fc.constantFrom(...account);
    if (/^administrator|administrator id$/i.test(name)) return fc.constantFrom(...administrator);
    if (name.endsWith(' id')) return fc.constantFrom(...ids);
    if (name === 'id') return nth('a-');
    if (/^(endpoint|notice|token)$/.test(name)) return fc.constantFrom(...ids);
    if (/^(email|to)$/.test(name)) return nth('p').map((person) => `${person}@example.invalid`);
    if (name === 'from' || name === 'defaultFrom') return fc.constantFrom('Shop <shop@example.com>', 'shop@example.com');
    if (name === 'timeZone') return fc.constantFrom('UTC', 'Europe/Berlin', 'America/Sao_Paulo');
    if (name === 'locale') return fc.constantFrom('en', 'de-CH');
    if (/url$/i.test(name)) return fc.constantFrom('http://127.0.0.1:9/', 'https://10.0.0.1/hook', 'https://docs.example/guide');
    if (name === 'host') return fc.constantFrom('127.0.0.1', 'localhost', 'mail.example.invalid');
    if (name === 'scopes') return fc.constantFrom('migrations:read', 'opt_ins:write', 'webhooks:write', 'events:read');
    if (name === 'after')
      return fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...CURSORS) });
    // A password takes a second of work.
    if (name === 'password')
      return fc.oneof({ weight: 20, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constant('correct horse battery') });
    if (name === 'idempotencyKey') return fc.oneof(nth('k'), fc.uuid());
    if (name === 'body') return fc.constantFrom('<p>{{ user.name }}</p>', '{{ application.name }} {{ url }}');
    return fc.oneof(nth('text '), fc.string({ unit: 'grapheme', maxLength: 12 }));
  }
}
