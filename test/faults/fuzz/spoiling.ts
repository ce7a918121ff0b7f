/** What is wrong with requests that are nearly right: of clients with bugs, of proxies, and of whoever tries doors. */
import fc from 'fast-check';
import type { HttpAttempt, Sender } from './attempt.ts';
import type { Operation } from './documents.ts';

/** Spoils a request; gives another, and leaves the one it got as it is. */
type Spoil = (attempt: HttpAttempt) => HttpAttempt;

/** Any number; taken modulo how many places there are. */
const anywhere = fc.nat({ max: 1_000_000 });

const JSON_TYPE = 'application/json';

/** The request that asks for an operation, as clients send it. */
export function asked(as: Sender, { query, variables, operationName }: Operation): HttpAttempt {
  const body = JSON.stringify({ query, variables, ...(operationName !== undefined && { operationName }) });
  return { kind: 'http', as, method: 'POST', path: '/graphql', headers: { 'content-type': JSON_TYPE }, body };
}

/** One to three things wrong with a request for an operation. */
export function spoiled(attempt: fc.Arbitrary<HttpAttempt>): fc.Arbitrary<HttpAttempt> {
  return fc
    .tuple(attempt, fc.array(spoils, { minLength: 1, maxLength: 3 }))
    .map(([whole, all]) => all.reduce((spoilt, spoil) => spoil(spoilt), whole));
}

/** Puts wrong things into a text, one to three times. */
export function spoiledText(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(text, fc.array(textSpoils, { minLength: 1, maxLength: 3 }))
    .map(([whole, all]) => all.reduce((spoilt, spoil) => spoil(spoilt), whole));
}

const INSERTED = [
  '\0',
  '\\u0000',
  '\uD800',
  '\\uD800',
  '"""',
  '"',
  '#',
  '\uFEFF',
  '{',
  '}',
  '(',
  ')',
  '[',
  '!',
  '$',
  '@skip',
  '...',
  '\\',
  '💥',
  '-',
  '1e999',
  '0x1',
  '\u2028',
  'on',
  'null',
];

const textSpoils: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.tuple(anywhere, fc.constantFrom(...INSERTED)).map(
    ([at, inserted]) =>
      (text: string) =>
        spliced(text, at, 0, inserted),
  ),
  fc.tuple(anywhere, fc.integer({ min: 1, max: 5 })).map(
    ([at, length]) =>
      (text: string) =>
        spliced(text, at, length, ''),
  ),
  anywhere.map((at) => (text: string) => changedWord(text, at, (word) => `${word}x`)),
  anywhere.map((at) => (text: string) => changedWord(text, at, () => '__typename')),
  anywhere.map((at) => (text: string) => changedWord(text, at, () => '')),
  fc.tuple(anywhere, anywhere).map(
    ([from, to]) =>
      (text: string) =>
        changedWord(text, from, () => wordAt(text, to)),
  ),
  anywhere.map((at) => (text: string) => withoutBrace(text, at)),
  fc.integer({ min: 2, max: 400 }).map((depth) => (text: string) => `${'{ me '.repeat(depth)}${text}${'}'.repeat(depth)}`),
  fc.integer({ min: 2, max: 100 }).map((times) => (text: string) => text.repeat(times).slice(0, 60_000)),
  anywhere.map((at) => (text: string) => text.slice(0, at % (text.length + 1))),
);

const wrongValue = fc.constantFrom<unknown[]>(null, true, 1, 1e308, 'x', [], {}, [[]], { a: {} }, '\0', '\uD800', 'x'.repeat(40_000));

/** Numbers and names that no `JSON.stringify` writes. */
const RAW = [
  '1e400',
  '-1e400',
  '1E-400',
  '9'.repeat(400),
  '-0',
  '{"a":1,"a":2}',
  `${'['.repeat(200)}${']'.repeat(200)}`,
  '"\\ud800"',
  '"\\u0000"',
  'NaN',
  "'x'",
  '01',
  '{"__proto__":{"a":1}}',
];

const HEADERS: readonly (readonly [string, string])[] = [
  ['content-type', 'text/plain'],
  ['content-type', 'application/json; charset=utf-16'],
  ['content-type', 'application/json; charset=utf-8; x'],
  ['content-type', 'multipart/form-data; boundary=x'],
  ['content-type', 'application/x-www-form-urlencoded'],
  ['content-type', 'application/graphql'],
  ['content-type', ''],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'identity, br'],
  ['accept', 'application/graphql-response+json'],
  ['accept', 'text/html, */*;q=x'],
  ['accept', 'multipart/mixed; deferSpec=20220824'],
  ['accept', ''],
  ['accept-encoding', 'gzip;q=0, x'],
  ['authorization', 'Bearer'],
  ['authorization', 'Basic eDp5'],
  ['authorization', `Bearer ${'x'.repeat(6_000)}`],
  ['authorization', 'Bearer eyJhbGciOiJub25lIn0.e30.'],
  ['authorization', 'Bearer gl_ÿ'],
  ['cookie', 'graceline_session=%00; __Host-graceline_session="x'],
  ['cookie', ';=;;a=b=c'],
  ['origin', 'null'],
  ['origin', 'https://evil.example'],
  ['x-request-id', "'; drop table x"],
  ['x-forwarded-for', '::1, 999.1.1.1, \t'],
  ['traceparent', '00-00000000000000000000000000000000-0000000000000000-01'],
  ['idempotency-key', 'x'],
  ['expect', 'nothing'],
  ['if-none-match', 'W/"x", *'],
];

const spoils: fc.Arbitrary<Spoil> = fc.oneof(
  { weight: 5, arbitrary: textSpoils.map((spoil) => onQuery(spoil)) },
  { weight: 1, arbitrary: textSpoils.map((spoil) => onBody(spoil)) },
  { weight: 1, arbitrary: anywhere.map((at) => onVariables((variables) => without(variables, at))) },
  { weight: 1, arbitrary: wrongValue.map((value) => onVariables((variables) => ({ ...(variables as object), extra: value }))) },
  {
    weight: 2,
    arbitrary: fc.tuple(anywhere, wrongValue).map(([at, value]) => onVariables((variables) => replacedAt(variables, at, value))),
  },
  { weight: 1, arbitrary: wrongValue.map((value) => onVariables(() => value)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('query', 'operationName', 'extensions', 'variables'), wrongValue)
      .map(([name, value]) => onFields((fields) => ({ ...fields, [name]: value }))),
  },
  { weight: 1, arbitrary: fc.tuple(anywhere, fc.constantFrom(...RAW)).map(([at, raw]) => onBody((body) => withRaw(body, at, raw))) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...HEADERS).map(([name, value]) => (attempt: HttpAttempt) => ({
      ...attempt,
      headers: { ...attempt.headers, [name]: value },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Spoil[]>(
      asGet,
      asBatch,
      doubled,
      persisted,
      (attempt) => ({ ...attempt, method: 'PUT' }),
      (attempt) => ({ ...attempt, path: '/graphql?query=%7Bme%7Brole%7D%7D&query=x&variables=%FF' }),
    ),
  },
);

/** Reads the body where it is still one, as it may have been spoiled before. */
function onFields(change: (fields: Readonly<Record<string, unknown>>) => unknown): Spoil {
  return onBody((body) => {
    try {
      const fields: unknown = JSON.parse(body);
      return typeof fields === 'object' && fields !== null ? JSON.stringify(change(fields as Record<string, unknown>)) : body;
    } catch {
      return body;
    }
  });
}

function onQuery(change: (text: string) => string): Spoil {
  return onFields((fields) => ({ ...fields, query: change(String(fields['query'])) }));
}

function onVariables(change: (variables: unknown) => unknown): Spoil {
  return onFields((fields) => ({ ...fields, variables: change(fields['variables']) }));
}

function onBody(change: (body: string) => string): Spoil {
  return (attempt) => (attempt.body === undefined ? attempt : { ...attempt, body: change(attempt.body) });
}

function asGet({ as, body = '' }: HttpAttempt): HttpAttempt {
  const query = new URLSearchParams();
  const fields = fieldsOf(body);
  for (const [name, value] of Object.entries(fields))
    query.append(name, typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value));
  return { kind: 'http', as, method: 'GET', path: `/graphql?${query.toString().slice(0, 10_000)}`, headers: {} };
}

function asBatch(attempt: HttpAttempt): HttpAttempt {
  return { ...attempt, body: `[${attempt.body},${attempt.body}]` };
}

/** The last of two names counts in JavaScript, the first elsewhere. */
function doubled(attempt: HttpAttempt): HttpAttempt {
  return { ...attempt, body: attempt.body?.replace(/^\{/, '{"query":"{ me { role } }","variables":1,') };
}

function persisted(attempt: HttpAttempt): HttpAttempt {
  const extensions = { persistedQuery: { version: 1, sha256Hash: '00' } };
  return onFields(({ query: _, ...fields }) => ({ ...fields, extensions }))(attempt);
}

function fieldsOf(body: string): Record<string, unknown> {
  try {
    const fields: unknown = JSON.parse(body);
    return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {};
  } catch {
    return { query: body };
  }
}

function spliced(text: string, at: number, length: number, inserted: string): string {
  const place = at % (text.length + 1);
  return `${text.slice(0, place)}${inserted}${text.slice(place + length)}`;
}

function wordsOf(text: string): RegExpExecArray[] {
  return [...text.matchAll(/\w+/g)];
}

function wordAt(text: string, at: number): string {
  const words = wordsOf(text);
  return words[at % Math.max(1, words.length)]?.[0] ?? '';
}

function changedWord(text: string, at: number, change: (word: string) => string): string {
  const words = wordsOf(text);
  const found = words[at % Math.max(1, words.length)];
  return found ? `${text.slice(0, found.index)}${change(found[0])}${text.slice(found.index + found[0].length)}` : text;
}

function withoutBrace(text: string, at: number): string {
  const braces = [...text.matchAll(/[{}()[\]:!$@,"]/g)];
  const found = braces[at % Math.max(1, braces.length)];
  return found ? spliced(text, found.index, 1, '') : text;
}

function withRaw(body: string, at: number, raw: string): string {
  const values = [...body.matchAll(/(?<=":)("(?:[^"\\]|\\.)*"|[\w.+-]+)/g)];
  const found = values[at % Math.max(1, values.length)];
  return found ? spliced(body, found.index, found[0].length, raw) : body;
}

function without(variables: unknown, at: number): unknown {
  if (typeof variables !== 'object' || variables === null) return variables;
  const entries = Object.entries(variables);
  return Object.fromEntries(entries.filter((_, i) => i !== at % entries.length));
}

/** Puts a value into any place, however deep. */
function replacedAt(value: unknown, at: number, by: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return by;
  const entries = Object.entries(value);
  const place = at % entries.length;
  const rest = Math.floor(at / entries.length);
  const replaced = entries.map(
    ([name, inner]: [string, unknown], i) => [name, i === place ? (rest % 3 === 0 ? by : replacedAt(inner, rest, by)) : inner] as const,
  );
  return Array.isArray(value) ? replaced.map(([, inner]) => inner) : (Object.fromEntries(replaced) as unknown);
}
