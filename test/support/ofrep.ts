/** Callers of OFREP whose every answer is held to the protocol's own description. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { Evaluation } from '../../src/flags/flags.rules.ts';

const ALL = '/ofrep/v1/evaluate/flags';
const ONE = `${ALL}/{key}`;

interface Description {
  readonly paths: Readonly<
    Record<string, { readonly post: { readonly responses: Readonly<Record<string, { readonly content?: object }>> } }>
  >;
  readonly components: { readonly schemas: { readonly evaluationSuccess: { readonly allOf: Record<string, unknown>[] } } };
}

const description = read();
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(description, 'ofrep');
const validators = new Map<string, ValidateFunction>();

/** What came. */
export interface OfrepAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Null where there was none. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** Asks with a body as it is, and holds the answer to the description. */
export async function post(
  url: string,
  path: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
): Promise<OfrepAnswer> {
  const response = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const text = await response.text();
  const answer = {
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>),
  };
  requireDescribed(path === ALL ? ALL : ONE, answer);
  return answer;
}

/** Asks for flags of accounts. */
export interface OfrepCaller {
  /** @param account left out for a context that names none */
  one(key: string, account?: string): Promise<OfrepAnswer>;
  all(account?: string, etag?: string): Promise<OfrepAnswer>;
  /** One flag that must be there. */
  flag(key: string, account: string): Promise<Evaluation>;
  /** Every flag of an account that must be there, by key. */
  flags(account: string): Promise<ReadonlyMap<string, Evaluation>>;
}

/** Makes a caller with a token. */
export function ofrepCaller(url: string, token: string): OfrepCaller {
  const authorization = `Bearer ${token}`;
  const context = (account?: string) => JSON.stringify({ context: { ...(account !== undefined && { targetingKey: account }), plan: 'x' } });
  const one = (key: string, account?: string) => post(url, `${ALL}/${encodeURIComponent(key)}`, context(account), { authorization });
  const all = (account?: string, etag?: string) =>
    post(url, ALL, context(account), { authorization, ...(etag !== undefined && { 'if-none-match': etag }) });
  return {
    one,
    all,
    flag: async (key, account) => found(await one(key, account)) as unknown as Evaluation,
    flags: async (account) => new Map((found(await all(account))['flags'] as Evaluation[]).map((flag) => [flag.key, flag])),
  };
}

function found({ status, body }: OfrepAnswer): Readonly<Record<string, unknown>> {
  if (status === 200 && body) return body;
  throw new Error(`Expected flags, got ${status} ${JSON.stringify(body)}`);
}

function requireDescribed(path: string, { status, body }: OfrepAnswer): void {
  const response = description.paths[path]!.post.responses[status];
  if (!response) throw new Error(`OFREP describes no answer ${status} at ${path}.`);
  if (!response.content) return;
  const pointer = ['paths', path, 'post', 'responses', String(status), 'content', 'application/json', 'schema'].map(escaped).join('/');
  const $ref = `ofrep#/${pointer}`;
  const validate = validators.get($ref) ?? ajv.compile({ $ref });
  validators.set($ref, validate);
  if (!validate(body)) throw new Error(`${JSON.stringify(body)} is not what OFREP describes: ${ajv.errorsText(validate.errors)}`);
}

function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/**
 * The description with one mend: a value must be exactly one of `booleanFlag`, `codeDefaultFlag` and others, but the latter
 * fits any object, so that by the letter no flag with a value would do.
 */
function read(): Description {
  const described = parse(readFileSync(new URL('./ofrep/openapi.yaml', import.meta.url), 'utf8')) as Description;
  const { allOf } = described.components.schemas.evaluationSuccess;
  const values = allOf.find((part) => 'oneOf' in part)!;
  values['anyOf'] = values['oneOf'];
  delete values['oneOf'];
  return described;
}
