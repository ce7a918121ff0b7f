/** Every input of every mutation and query with every value at a bound and every hostile one of its type, one at a time. */
import { getNamedType, getNullableType, type GraphQLInputType, GraphQLString, isInputObjectType, isListType } from 'graphql';
import { ARGUMENTS, FIELDS, IDEMPOTENCY_KEY, type RootField } from '../../support/every-field.ts';
import type { HttpAttempt, Sender } from './attempt.ts';
import { asked } from './spoiling.ts';
import { hostileValues } from './hostile-values.ts';
import type { Things } from './world.ts';

type Path = readonly string[];
type Given = Readonly<Record<string, unknown>>;

/** An input and what is put there. */
export interface WrongInput {
  /** E.g. `createAccount input.name`. */
  readonly place: string;
  readonly attempt: HttpAttempt;
}

const LATER = '2016-12-01T00:00:00Z';
/** Nobody listens there, and the settings trust it. */
const NOWHERE = 'http://127.0.0.1:9/';

/**
 * What makes a mutation go through where the arguments of {@link ARGUMENTS} are refused early: the values behind the first fault
 * would not be looked at. Given a number that is another for each row, and an endpoint of webhooks.
 */
const GOING_THROUGH: Readonly<Record<string, (n: number, endpoint: string) => { readonly input?: Given } & Given>> = {
  createAccount: (n) => ({ input: { id: `a-${n}` } }),
  createAdministrator: (n) => ({ input: { email: `p${n}@example.invalid` } }),
  createApplication: (n) => ({ clientId: `c-${n}` }),
  // Without a password, which takes a second of work.
  createUser: (n) => ({ input: { email: `u${n}@example.invalid`, password: null } }),
  createMigration: (n) => ({ input: { key: `k-${n}` } }),
  editMigration: () => ({ key: 'draft' }),
  createToken: () => ({ input: { role: 'PARTNER', administratorId: null, scopes: ['migrations:read'] } }),
  editAdministrator: () => ({ input: { email: 'anna@mine.example' } }),
  exemptAccount: () => ({ until: LATER, migration: 'untouched' }),
  extendDeadline: () => ({ until: LATER }),
  rescheduleMigration: () => ({ key: 'untouched' }),
  setSmtpEmail: () => ({ input: { host: '127.0.0.1', port: 9 } }),
  setMandrillEmail: () => ({ input: { apiKey: 'key' } }),
  setSendGridEmail: () => ({ input: { apiKey: 'key' } }),
  setSesEmail: () => ({ input: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret', region: 'eu-west-1' } }),
  sendTestEmail: () => ({ to: 'anna@example.invalid' }),
  createWebhookEndpoint: () => ({ input: { url: NOWHERE } }),
  editWebhookEndpoint: (_, id) => ({ id, input: { url: NOWHERE } }),
  rotateWebhookSecret: (_, id) => ({ id }),
  redeliverFailedWebhooks: (_, endpoint) => ({ endpoint }),
  replayWebhooks: (_, endpoint) => ({ endpoint }),
  webhookDeliveries: (_, endpoint) => ({ endpoint }),
};

/** The table, field by field. */
export function wrongInputs(things: Things): WrongInput[] {
  return [...FIELDS.flatMap((field) => wrongInputsOf(field, things)), ...wrongKeys(things)];
}

function wrongInputsOf(field: RootField, { whose, endpoint }: Things): WrongInput[] {
  const base = ARGUMENTS[field.name]!(whose);
  const places = field.args.flatMap(({ name, type }) => placesIn(type, base[name], [name]));
  let row = 0;
  const sent = (path: Path, value: unknown) => {
    const { input, ...others } = GOING_THROUGH[field.name]?.(row++, endpoint) ?? {};
    const given = { ...base, ...others, ...(input && { input: { ...(base['input'] as Given), ...input } }) };
    return {
      place: `${field.name} ${path.join('.')}`,
      attempt: asked(senderOf(field), { query: field.document, variables: put(given, path, value) }),
    };
  };
  return places.flatMap(({ path, type, value }) => [...hostileValues(type, value), undefined].map((hostile) => sent(path, hostile)));
}

/** One mutation stands for all: what has the key is the same for each. */
function wrongKeys({ whose }: Things): WrongInput[] {
  const field = FIELDS.find(({ name }) => name === 'optIn')!;
  const variables = ARGUMENTS[field.name]!(whose);
  const query = field.document
    .replace('(', `($${IDEMPOTENCY_KEY}: String, `)
    .replace('{ optIn(', `{ optIn(${IDEMPOTENCY_KEY}: $${IDEMPOTENCY_KEY}, `);
  return hostileValues(GraphQLString, 'x').map((hostile) => ({
    place: `optIn ${IDEMPOTENCY_KEY}`,
    attempt: asked(senderOf(field), { query, variables: { ...variables, [IDEMPOTENCY_KEY]: hostile } }),
  }));
}

/** Who gets furthest with a field. */
function senderOf({ name }: RootField): Sender {
  return /notice|calendarLink/i.test(name) ? 'ADMINISTRATOR' : 'OPERATOR';
}

/** An input and all inputs in it; of a list, those of its first element. */
function placesIn(
  type: GraphQLInputType,
  value: unknown,
  path: Path,
): { readonly path: Path; readonly type: GraphQLInputType; readonly value: unknown }[] {
  const named = getNamedType(type);
  const here = { path, type, value };
  if (!isInputObjectType(named)) return [here];
  const inList = isListType(getNullableType(type));
  const inner = (inList ? (value as unknown[])[0] : value) as Given;
  const within = inList ? [...path, '0'] : path;
  return [here, ...Object.values(named.getFields()).flatMap((field) => placesIn(field.type, inner[field.name], [...within, field.name]))];
}

/** A copy with a value at a place; undefined leaves it out. */
function put<T>(whole: T, [head, ...rest]: Path, value: unknown): T {
  if (head === undefined) return value as T;
  const copy = (Array.isArray(whole) ? [...(whole as unknown[])] : { ...whole }) as Record<string, unknown>;
  copy[head] = put(copy[head], rest, value);
  return copy as T;
}
