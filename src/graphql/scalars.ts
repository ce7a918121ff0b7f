import { GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLJSONObject } from 'graphql-scalars';
import { GracelineError } from '../errors.ts';
import { isoOf } from '../instants.ts';
import { isInFourDigits, parsePartialDate } from '../migrations/dates.rules.ts';

/** An instant. Out: UTC with milliseconds. In: ISO 8601 with a zone. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'An instant as ISO 8601 with milliseconds in UTC, e.g. `2026-05-01T09:30:00.000Z`. As input any offset is taken.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  // Hot reads let the database write the text; it passes as it is.
  serialize: (value) => (typeof value === 'string' ? value : serializeDate(value)),
  parseValue: (value) => keepable(GraphQLDateTimeISO.parseValue(value)),
  parseLiteral: (node, variables) => keepable(GraphQLDateTimeISO.parseLiteral(node, variables)),
});

/** A date of which perhaps only the month is known, or nothing. See src/migrations/dates.rules.ts. */
export const PartialDate = new GraphQLScalarType<string, string>({
  name: 'PartialDate',
  description:
    'What is known of a date: `TBD`, a month (`2016-06`), a day (`2016-06-20`, its start in the time zone of the platform), ' +
    'or an instant (`2016-06-20T09:30:00Z`). Only a day or an instant ever takes effect.',
  serialize: String,
  parseValue: parseDate,
  parseLiteral: (node) => parseDate(node.kind === Kind.STRING ? node.value : undefined),
});

/** An object of JSON, for what has no fixed shape. */
export const JSONObject = new GraphQLScalarType({
  ...GraphQLJSONObject.toConfig(),
  name: 'JSONObject',
  description: 'An object of JSON: names with values of any kind.',
});

function serializeDate(value: unknown): string {
  if (value instanceof Date) return isoOf(value);
  throw new TypeError(`A DateTime is a Date or a text, not ${typeof value}.`);
}

/** PostgreSQL reads other years from no text that a Date writes, and an offset may lead into them. */
function keepable(instant: Date): Date {
  if (isInFourDigits(instant)) return instant;
  throw new GracelineError('INVALID_DATE', 'The instant is in no year from 0001 to 9999 in UTC. Give one such as 2016-06-20T09:30:00Z.');
}

function parseDate(value: unknown): string {
  const date = typeof value === 'string' ? parsePartialDate(value) : null;
  if (date !== null) return date;
  const given = typeof value === 'string' ? `"${value.slice(0, 50)}"` : 'This';
  throw new GracelineError(
    'INVALID_DATE',
    `${given} is no date. Give TBD, a month such as 2016-06, a day such as 2016-06-20, or an instant such as 2016-06-20T09:30:00Z.`,
  );
}
