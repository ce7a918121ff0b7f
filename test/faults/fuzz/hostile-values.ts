/** Values at a bound and beyond it, and such as some program somewhere takes for something else, by type. */
import { type GraphQLInputType, type GraphQLNamedInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { hostile, KINDS } from '../../support/hostile-texts.ts';

const key = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Places in lists, made by hand. */
export const CURSORS = [
  '0.0',
  '1.2.3',
  '-1.0',
  '1.1e5',
  '18446744073709551615.9223372036854775807',
  '18446744073709551616.0',
  '0.9223372036854775808',
  ...[
    [1],
    [1.5],
    [1e308],
    [-1],
    ['x'],
    ['2016', 'x'],
    ['2016-04-02T12:00:00.000Z', '01890000-0000-7000-8000-000000000000'],
    [null],
    {},
  ].map(key),
  key(['9999-12-31T23:59:59.999Z', 'ffffffff-ffff-ffff-ffff-ffffffffffff']),
  key(['a\0', 'b']),
  key(['\uD800']),
];

const ADDRESSES = [
  'http://127.0.0.1:9/',
  'https://[::ffff:127.0.0.1]/',
  'https://2130706433/',
  'https://user:password@example.invalid:8443/?a=b#c',
  'https://example.invalid:99999/',
  'https://ex ample.invalid/',
  'https://xn--/',
  'https://☃.invalid/%00',
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  '//example.invalid',
];

const LIQUID = [
  '{{',
  '{% if %}',
  '{{ user.name | nothing }}',
  '{% for i in (1..100000000) %}x{% endfor %}',
  '{% render "package.json" %}',
  '{{ "x" | append: "y" | split: "" | join: user }}',
  '{{ user.constructor.constructor }}',
  '{% assign a = "x" %}{% for i in (1..30) %}{% assign a = a | append: a %}{% endfor %}{{ a }}',
  '{{ 1 | divided_by: 0 }}{{ "x" | date: "%Y%Q" }}{{ "x" | slice: -9, 1e9 }}{{ nil | where: "a" }}',
];

const NAMES = [
  'Europe/Berlin',
  'Etc/GMT+14',
  'posix/UTC',
  'EST5EDT',
  'utc',
  '+99:99',
  '+05:30',
  'en-u-ca-buddhist-nu-thai',
  'x-klingon',
  'i-default',
  'de-DE-',
  'en_US',
  'zz-ZZ-zz',
];

/** Texts that some place of some program has read as something else. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '\n',
  '\0',
  'a\0b',
  '\uD800',
  'x\uDC00y',
  '\u0007\u001B[31m\u009F',
  '\u2028\u2029\uFEFF',
  '\r\nBcc: all@example.com',
  'İıſﬀ٣Å',
  'e\u0301'.repeat(200),
  'x'.repeat(256),
  'x'.repeat(3_000),
  'x'.repeat(100_000),
  '💥'.repeat(3_000),
  ...KINDS.map((kind) => hostile(kind, 1_000)),
  "'; drop table account; --",
  '%_\\',
  '([a-',
  '(a+)+$',
  '-1',
  '1e999',
  'NaN',
  'null',
  '__proto__',
  'constructor',
  '[object Object]',
  '../../../etc/passwd',
  '=cmd|" /C calc"!A0',
  '00000000-0000-0000-0000-000000000000',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  '{"a":1}',
  'a@b',
  '"a b"@example.invalid',
  `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(58)}`,
  'Name <a@example.invalid>, b@example.invalid',
  '# A\n| Severity | Grace Period Start |\n| --- | --- |\n| Low |\n',
  '[a]: b\n'.repeat(500),
  '> '.repeat(2_000),
  '|'.repeat(2_000),
  ...ADDRESSES,
  ...LIQUID,
  ...NAMES,
  ...CURSORS,
];

const INSTANTS = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59-23:59',
  '0001-01-01T00:00:00+23:59',
  '-000001-01-01T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '1969-12-31T23:59:59.999Z',
  '2016-02-29T00:00:00Z',
  '2015-02-29T00:00:00Z',
  '2016-12-31T23:59:60Z',
  '2016-04-02T24:00:00Z',
  '2016-04-02T12:00:00.123456789Z',
  '2016-04-02T12:00:00+23:59',
  '2016-04-02t12:00:00z',
  '2016-04-02T12:00:00',
  '2016-04-02',
  '1459598400000',
  'now',
  'infinity',
];

const DATES = [
  ...INSTANTS,
  'TBD',
  'tbd',
  '2016-13',
  '2016-00',
  '2016-02-30',
  '0000',
  '0000-01',
  '0000-01-01',
  '9999-12',
  '9999-12-31',
  '+10000-01-01',
  '10000-01-01',
  '２０１６-06',
];

const NUMBERS = [0, 1, -1, 100, 101, 400, 401, 65_535, 65_536, 2_147_483_647, -2_147_483_648, 2_147_483_648, 2 ** 53, 1.5, 1e308, -0];

const deep = (depth: number): unknown => (depth === 0 ? 1 : { a: [deep(depth - 1)] });

const OBJECTS = [
  {},
  { a: null },
  { a: 1e308, b: -0, c: 2 ** 64, d: 5e-324 },
  { a: 'a\0b' },
  { '\uD800': '\uD800' },
  { '': '' },
  JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":{}}}') as object,
  { toString: 1, hasOwnProperty: 'x' },
  { a: 'x'.repeat(5_000) },
  { ['x'.repeat(5_000)]: true },
  { a: [] },
  { a: {} },
  deep(40),
  Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, i])),
];

const OF_ANOTHER_TYPE = [null, true, 1, 'x', [], {}];
const MANY = 10_000;

/**
 * The values at a bound and beyond, and the hostile ones, of a type. Of an object, what stands in the place of the whole.
 *
 * @param sensible fits, for lists of many
 */
export function hostileValues(type: GraphQLInputType, sensible: unknown): readonly unknown[] {
  if (isNonNullType(type)) return hostileValues(type.ofType, sensible);
  if (isListType(type)) {
    const [one = 'x'] = Array.isArray(sensible) ? (sensible as unknown[]) : [];
    return [...OF_ANOTHER_TYPE, [null], [[one]], [one, one], Array.from({ length: MANY }, () => one), hostileValues(type.ofType, one)];
  }
  if (isEnumType(type)) return [...OF_ANOTHER_TYPE, ...type.getValues().map(({ name }) => name), 'NOPE', '', '__proto__'];
  if (isInputObjectType(type)) return [...OF_ANOTHER_TYPE, { colour: 'red' }, [sensible]];
  return [...OF_ANOTHER_TYPE, ...scalarValues(type)];
}

function scalarValues({ name }: GraphQLNamedInputType): readonly unknown[] {
  if (name === 'Int' || name === 'Float') return [...NUMBERS, '1', ''];
  if (name === 'Boolean') return [false, 'true', 0];
  if (name === 'JSONObject') return OBJECTS;
  if (name === 'DateTime') return [...INSTANTS, ...HOSTILE_TEXTS.slice(0, 12)];
  if (name === 'PartialDate') return [...DATES, ...HOSTILE_TEXTS.slice(0, 12)];
  return [...HOSTILE_TEXTS, ...DATES.slice(0, 8), 1e21, 2 ** 53, 1.5];
}
