/** What callers see of an error: the same over HTTP and over sockets. */
import { randomUUID } from 'node:crypto';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import type { Logger } from 'pino';
import { databaseAway } from '../db/database-away.ts';
import { ERROR_STATUS, GracelineError } from '../errors.ts';

/** Codes of Apollo Server that say what is wrong with a request. Its one other, INTERNAL_SERVER_ERROR, says nothing: masked. */
const REQUEST_CODES: ReadonlySet<unknown> = new Set(
  Object.values(ApolloServerErrorCode).filter((code) => code !== ApolloServerErrorCode.INTERNAL_SERVER_ERROR),
);

/** Of which request an error comes, where its catcher knows: for the log line of a masked one. */
const requestIds = new WeakMap<object, string>();

/** Notes that these errors come of a request, so that the log can name it. */
export function noteRequest(errors: readonly object[], requestId: string): void {
  for (const error of errors) requestIds.set(error, requestId);
}

/** Turns anything thrown into what a caller may see. */
export type FormatError = (error: unknown) => GraphQLFormattedError;

/**
 * Makes the one formatter of a server.
 *
 * A GracelineError keeps its message, code and details, and is logged where it is ours to mend; a database that is away is
 * `DATABASE_UNREACHABLE`; a mistake in the request keeps Apollo's code, and graphql-js's guesses at what was meant are kept
 * from strangers; anything else is a defect of ours, shown as `INTERNAL` with an id and logged with the id and its cause.
 *
 * @param hints whether guesses (`Did you mean …?`) are shown: to whoever may ask for the schema anyway
 */
export function createErrorFormatter(logger: Logger, hints: boolean): FormatError {
  return (error) => {
    const place = error instanceof GraphQLError ? error : null;
    const expected = rootOf(error, (link) => link instanceof GracelineError) ?? databaseAway(deepest(error));
    const requestId = typeof error === 'object' && error !== null ? requestIds.get(error) : undefined;
    const path = place?.path?.join('.');
    if (expected) {
      // Callers read what they can do, but it is ours to mend: a key that is missing, say.
      if (ERROR_STATUS[expected.code] === 500) logger.error({ err: expected, requestId, path }, 'a setting is wrong');
      if (expected.code === 'DATABASE_UNREACHABLE')
        logger.warn({ reason: String(expected.cause), requestId, path }, 'a request found no database');
      return formatted(place, expected.message, gracelineExtensions(expected));
    }
    const code = place && requestCode(place);
    if (code) return formatted(place, hints ? withoutValues(place) : withoutHints(withoutValues(place)), { code });
    const id = randomUUID();
    logger.error({ err: deepest(error), errorId: id, requestId, path }, 'a request failed for a reason of ours');
    return formatted(place, `Something went wrong on our side. Quote the id ${id} when you report it.`, { code: 'INTERNAL', id });
  };
}

/**
 * The code of a mistake in the request; null for anything else. Arguments that GraphQL refuses while executing come
 * without a code: they point at the argument, whereas a result that does not fit its type points at the field.
 */
function requestCode(error: GraphQLError): string | null {
  const { code } = error.extensions;
  if (REQUEST_CODES.has(code)) return String(code);
  const root = deepest(error);
  if (root instanceof GraphQLError && root.nodes?.[0] && root.nodes[0].kind !== Kind.FIELD) return ApolloServerErrorCode.BAD_USER_INPUT;
  // That variables have more faults than are counted points nowhere; whatever a resolver throws is given its field.
  if (root === error && code === undefined && !error.nodes && !error.path) return ApolloServerErrorCode.BAD_USER_INPUT;
  return null;
}

/**
 * What is wrong with a request without what was given: one field misspelt, and graphql-js repeats the whole input, a password
 * in it included, where clients log it.
 */
function withoutValues({ message, nodes, originalError }: GraphQLError): string {
  const [node] = nodes ?? [];
  const [, start] = /^(Variable "\$\w+" got) invalid value /.exec(message) ?? [];
  if (node?.kind !== Kind.VARIABLE_DEFINITION || start === undefined) return cut(message);
  // In the values all quotes of texts are escaped, so none can look like the place.
  const [, place = ''] = /( at "[\w.[\]]+"); /.exec(message) ?? [];
  return `${start} an invalid value${place}; ${cut(originalError?.message ?? 'It does not fit the type.')}`;
}

function cut(reason: string): string {
  return reason.replace(/( cannot represent [\w -]*)value: [\s\S]*|, found [\s\S]*/, (_, start?: string) =>
    start === undefined ? '.' : `${start}value.`,
  );
}

function withoutHints(message: string): string {
  return message.replace(/ Did you mean [\s\S]*/, '');
}

function gracelineExtensions({ code, details }: GracelineError): Record<string, unknown> {
  return Object.keys(details).length > 0 ? { code, details } : { code };
}

function formatted(place: GraphQLError | null, message: string, extensions: Record<string, unknown>): GraphQLFormattedError {
  const { locations, path } = place?.toJSON() ?? {};
  return { message, ...(locations && { locations }), ...(path && { path }), extensions };
}

/** The first of an error and its originals that `wanted` accepts. */
function rootOf<T>(error: unknown, wanted: (link: unknown) => link is T): T | null {
  for (let link = error; link; link = originalOf(link)) if (wanted(link)) return link;
  return null;
}

function deepest(error: unknown): unknown {
  let link = error;
  for (let next = originalOf(link); next; next = originalOf(link)) link = next;
  return link;
}

function originalOf(error: unknown): unknown {
  return error instanceof GraphQLError ? error.originalError : undefined;
}
