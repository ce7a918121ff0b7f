/** CSV by RFC 4180: comma, double quotes, quotes within doubled. The records are cut already; see records.ts. */
import { GracelineError } from '../../errors.ts';
import { ACCOUNT_FIELDS } from '../accounts.rules.ts';

const ATTRIBUTE = 'attributes.';
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/**
 * Takes one record apart.
 *
 * @throws GracelineError INVALID_FILE where its quotes make no sense
 */
export function csvFields(text: string): string[] {
  if (!text.includes('"')) return text.split(',');
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const [field, end] = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    fields.push(field);
    if (end === text.length) return fields;
    at = end + 1;
  }
}

function plainField(text: string, start: number): [string, number] {
  const comma = text.indexOf(',', start);
  const end = comma === -1 ? text.length : comma;
  const field = text.slice(start, end);
  if (field.includes('"')) throw malformed('A double quote stands within a field that does not begin with one.');
  return [field, end];
}

function quotedField(text: string, start: number): [string, number] {
  let close = text.indexOf('"', start + 1);
  while (close !== -1 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  if (close === -1) throw malformed('A double quote is opened and never closed.');
  if (close + 1 < text.length && text[close + 1] !== ',')
    throw malformed('Something follows a closing double quote; double the quotes within a field.');
  return [text.slice(start + 1, close).replaceAll('""', '"'), close + 1];
}

/**
 * Reads the header of a file.
 *
 * @returns how the records below it become accounts to be checked
 * @throws GracelineError INVALID_FILE where a column is unknown or twice, or a needed one is missing
 */
export function csvReader(header: string): (text: string) => Record<string, unknown> {
  const columns = csvFields(header).map((column) => column.trim());
  const unknown = columns.find(
    (column) => !ACCOUNT_FIELDS.has(column) && !(column.startsWith(ATTRIBUTE) && column.length > ATTRIBUTE.length),
  );
  if (unknown !== undefined)
    throw malformed(`The column "${unknown.slice(0, 80)}" is unknown. Use ${[...ACCOUNT_FIELDS].join(', ')} or ${ATTRIBUTE}NAME.`);
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  if (twice !== undefined) throw malformed(`The column "${twice}" is there twice.`);
  const missing = ['id', 'name', 'platform'].find((column) => !columns.includes(column));
  if (missing) throw malformed(`The header has no column "${missing}".`);
  return (text) => {
    const fields = csvFields(text);
    if (fields.length !== columns.length) throw malformed(`The record has ${fields.length} fields where the header has ${columns.length}.`);
    return rawAccount(columns, fields);
  };
}

/** An empty field says nothing, as if its column were not there. */
function rawAccount(columns: readonly string[], fields: readonly string[]): Record<string, unknown> {
  const raw: Record<string, unknown> = {};
  const attributes: [string, unknown][] = [];
  columns.forEach((column, i) => {
    const field = fields[i]!;
    if (field === '') return;
    if (column.startsWith(ATTRIBUTE)) attributes.push([column.slice(ATTRIBUTE.length), attributeValue(field)]);
    else if (column === 'usesBuiltInEmail') raw[column] = flag(field) ?? field;
    else if (column === 'attributes') raw[column] = parsedAttributes(field);
    else raw[column] = field;
  });
  // Not by assignment: an attribute named __proto__ must reach the check that refuses it.
  if (attributes.length > 0) raw.attributes = Object.fromEntries([...Object.entries(raw.attributes ?? {}), ...attributes]);
  return raw;
}

/** `true`, `false` and numbers written as JSON writes them are such; everything else, `007` and `1.0` too, is a text. */
function attributeValue(field: string): string | number | boolean {
  return flag(field) ?? (NUMBER.test(field) && String(Number(field)) === field ? Number(field) : field);
}

function flag(field: string): boolean | null {
  return field === 'true' ? true : field === 'false' ? false : null;
}

function parsedAttributes(field: string): unknown {
  try {
    return JSON.parse(field);
  } catch (cause) {
    throw new GracelineError('INVALID_INPUT', `"attributes" is no JSON: ${(cause as Error).message}.`, { field: 'attributes' }, { cause });
  }
}

function malformed(message: string): GracelineError {
  return new GracelineError('INVALID_FILE', message);
}
