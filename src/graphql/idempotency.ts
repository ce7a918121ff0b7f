/**
 * `idempotencyKey` on every mutation: added to the finished schema, so that no resolver knows of it.
 *
 * What is kept is the answer itself, not what a resolver returned: fields below are resolved when they are asked for, and a
 * state read an hour later is another answer. So the fields asked for belong to the request, and the same key with others
 * is refused. The first call is answered from what was kept as well: it and every later one take the same way.
 */
import { createHash } from 'node:crypto';
import {
  type ASTNode,
  execute,
  getNullableType,
  type GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLString,
  isAbstractType,
  isIntrospectionType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  print,
  visit,
} from 'graphql';
import { GracelineError } from '../errors.ts';
import { type Answer, type AnswerError, BEYOND_TRANSACTIONS } from '../idempotency/idempotency.rules.ts';
import type { Context } from './context.ts';

const NAME = 'idempotencyKey';
const DESCRIPTION =
  'Makes the call safe to repeat: with the same key, input and fields it is answered as the first time, and done once. ' +
  '1 to 255 printable characters, remembered for 24 hours. Errors: IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS, IDEMPOTENCY_OUTCOME_UNKNOWN.';

type Resolve = GraphQLFieldResolver<unknown, Context>;

/** What a mutation returned, on its way through its fields. */
class Returned {
  constructor(readonly value: unknown) {}
}

/** An object of an answer that was kept. */
class Kept {
  constructor(
    readonly values: Readonly<Record<string, unknown>>,
    readonly path: readonly (string | number)[],
    readonly errors: readonly AnswerError[],
  ) {
    // Fields without a resolver are read by their name, but the answer has them under the name they were asked for.
    return new Proxy(this, {
      get: (self, name) => (name in self || typeof name === 'symbol' || name === 'then' ? Reflect.get(self, name) : fieldOfKept(self)),
    });
  }
}

/**
 * Adds the argument to every mutation of a schema.
 *
 * @throws Error where a type is an interface or a union: a kept answer does not know which of its types it had
 */
export function makeIdempotent(schema: GraphQLSchema): void {
  const mutation = schema.getMutationType();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) throw new Error(`${type.name} is an interface or a union, which idempotent answers cannot hold.`);
    if (!isObjectType(type) || isIntrospectionType(type) || type === mutation) continue;
    for (const field of Object.values(type.getFields())) letKeptThrough(field);
  }
  for (const field of Object.values(mutation?.getFields() ?? {})) {
    const argument = { name: NAME, description: DESCRIPTION, type: GraphQLString };
    field.args = [
      ...field.args,
      { ...argument, defaultValue: undefined, deprecationReason: undefined, extensions: {}, astNode: undefined },
    ];
    field.resolve = once(field.resolve!);
  }
}

/** Fields with a resolver of their own would resolve what is there already. */
function letKeptThrough(field: GraphQLField<unknown, Context>): void {
  const { resolve } = field;
  if (!resolve) return;
  field.resolve = (source, args, context, info) =>
    source instanceof Kept ? fieldOfKept(source)(args, context, info) : resolve(source, args, context, info);
}

function once(resolve: Resolve): Resolve {
  return async (source, { [NAME]: key, ...args }: Record<string, unknown>, context, info) => {
    if (source instanceof Returned) return source.value;
    const { actor } = context;
    // Who may not call at all is told so by the resolver.
    if (typeof key !== 'string' || actor === null) return resolve(source, args, context, info);
    const call = { actor, key, request: requestOf(args, info), beyondTransactions: BEYOND_TRANSACTIONS.has(info.fieldName) };
    const { data, errors } = await context.services.idempotency.once(call, async () => {
      try {
        return await answerOf(await resolve(source, args, context, info), context, info);
      } catch (error) {
        if (error instanceof GracelineError) return { data: null, errors: [asKept(error, [])] };
        throw error;
      }
    });
    return fromKept(data, info.returnType, [], errors);
  };
}

/** Resolves the fields asked for of what a mutation returned. Throws where one of them fails for a reason of ours. */
async function answerOf(value: unknown, contextValue: Context, info: GraphQLResolveInfo): Promise<Answer> {
  const { schema, operation, fragments, fieldNodes, variableValues, path } = info;
  const alone = { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: fieldNodes } as const };
  const document = { kind: Kind.DOCUMENT, definitions: [alone, ...Object.values(fragments)] } as const;
  // The variables are coerced already; coercing them again changes nothing.
  const { data, errors = [] } = await execute({ schema, document, rootValue: new Returned(value), contextValue, variableValues });
  return { data: data?.[path.key] ?? null, errors: errors.map((error) => asKept(expected(error), (error.path ?? []).slice(1))) };
}

function expected(error: GraphQLError): GracelineError {
  if (error.originalError instanceof GracelineError) return error.originalError;
  throw error.originalError ?? error;
}

function asKept({ code, message, details }: GracelineError, path: readonly (string | number)[]): AnswerError {
  return { path, code, message, details };
}

/** A value of an answer that was kept, as the executor takes it: it throws what is an Error. */
function fromKept(value: unknown, type: GraphQLOutputType, path: readonly (string | number)[], errors: readonly AnswerError[]): unknown {
  if (value === null) {
    const error = errors.find((candidate) => path.every((step, i) => candidate.path[i] === step));
    return error ? new GracelineError(error.code, error.message, error.details) : null;
  }
  const bare = getNullableType(type);
  if (isLeafType(bare)) return value;
  if (isListType(bare)) return (value as unknown[]).map((item, i) => fromKept(item, bare.ofType, [...path, i], errors));
  return new Kept(value as Record<string, unknown>, path, errors);
}

function fieldOfKept({ values, path, errors }: Kept) {
  return (_args: unknown, _context: unknown, { path: { key }, returnType }: GraphQLResolveInfo) =>
    fromKept(values[key] ?? null, returnType, [...path, key], errors);
}

/** A hash of what is asked: the mutation, its input, and the fields of the answer with their variables. */
function requestOf(args: Record<string, unknown>, { fieldName, fieldNodes, fragments, variableValues }: GraphQLResolveInfo): string {
  const parts: ASTNode[] = fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const variables: Record<string, unknown> = {};
  const seen = new Set<string>();
  // Grows while it is gone through: fragments lead to fragments.
  for (const part of parts) {
    visit(part, {
      Variable: ({ name: { value: name } }) => void (variables[name] = variableValues[name]),
      FragmentSpread: ({ name: { value: name } }) => {
        if (!seen.has(name)) parts.push(fragments[name]!);
        seen.add(name);
      },
    });
  }
  return createHash('sha256')
    .update(canonical([fieldName, args, parts.map(print), variables]))
    .digest('hex');
}

/** JSON in which the order of names does not matter. */
function canonical(value: unknown): string {
  const sorted = (_: string, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  try {
    return JSON.stringify(value, sorted);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new GracelineError('INVALID_INPUT', 'The input is nested too deep. Give it fewer levels.', {}, { cause: error });
  }
}
