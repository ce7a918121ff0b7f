/** Reads what came with a request: its body as fields, and each field as the text it must be. */
import type { IncomingMessage } from 'node:http';
import { GracelineError } from '../errors.ts';
import { readBody } from './request-body.ts';

/** What a request carries, from a JSON object or a form. */
export type Fields = Readonly<Record<string, unknown>>;

const MAX_BODY_BYTES = 64 * 1_024;
const TYPE = /^\s*(application\/(?:json|csp-report)|application\/x-www-form-urlencoded)\s*(?:;\s*charset="?utf-8"?\s*)?$/i;

/**
 * The fields of a body: a JSON object or a form, in UTF-8, uncompressed, up to 64 KiB. No body is no fields.
 *
 * @throws GracelineError UNSUPPORTED_CONTENT, TOO_LARGE, INVALID_INPUT
 */
export async function readFields(request: IncomingMessage): Promise<Fields> {
  const { 'content-type': given, 'content-encoding': encoding = 'identity', 'content-length': length } = request.headers;
  if (given === undefined && (length === undefined || length === '0') && request.headers['transfer-encoding'] === undefined) return {};
  const type = TYPE.exec(given ?? '')?.[1]?.toLowerCase();
  if (!type || encoding !== 'identity')
    throw new GracelineError(
      'UNSUPPORTED_CONTENT',
      'Send JSON or a form in UTF-8, uncompressed, with the header "Content-Type: application/json" or "application/x-www-form-urlencoded".',
    );
  const text = (await readBody(request, MAX_BODY_BYTES)).toString();
  return type === 'application/x-www-form-urlencoded' ? formFields(text) : jsonFields(text);
}

/**
 * A field that must be there.
 *
 * @param limit the most characters (UTF-16 units) it may have
 * @throws GracelineError INVALID_INPUT that names the field
 */
export function requiredText(fields: Fields, field: string, limit: number): string {
  const text = optionalText(fields, field, limit);
  if (text !== undefined && text !== '') return text;
  throw invalid(field, `"${field}" is missing. Give it as a text.`);
}

/**
 * A field that may be left out, or be null.
 *
 * @throws GracelineError INVALID_INPUT that names the field
 */
export function optionalText(fields: Fields, field: string, limit: number): string | undefined {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(field, `"${field}" must be a text.`);
  if (value.length > limit) throw invalid(field, `"${field}" has ${value.length} characters; at most ${limit} are taken.`);
  if (value.includes('\0') || !value.isWellFormed())
    throw invalid(field, `"${field}" holds a NUL character or half a surrogate pair, which no text may hold. Remove it.`);
  return value;
}

function jsonFields(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GracelineError('INVALID_INPUT', 'The body is no JSON. Send an object such as {"name": "value"}.', {}, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new GracelineError('INVALID_INPUT', 'The body is no JSON object. Send one such as {"name": "value"}.');
}

function formFields(text: string): Fields {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    // Which of two is meant would be anybody's guess.
    if (fields.has(name)) throw invalid(name.slice(0, 80), 'A field of the form is given twice. Give each once.');
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}

function invalid(field: string, message: string): GracelineError {
  return new GracelineError('INVALID_INPUT', message, { field });
}
