/** Which headers an account may add to its mail. */
import { GracelineError } from '../../errors.ts';

/** Values by name. */
export type Headers = Readonly<Record<string, string>>;

const MAX_HEADERS = 20;
/** With name and colon below the 998 octets of a line, RFC 5322. */
const MAX_VALUE = 800;
const NAME = /^[A-Za-z][A-Za-z0-9-]{0,75}$/;
/** Visible ASCII and spaces: encoded words are for people, and these headers are for machines. */
const VALUE = /^[!-~](?:[ -~]*[!-~])?$/;
/** What says who a mail is from, whom it goes to, what it is and which way it came: ours alone to say. */
const OURS =
  /^(?:from|sender|to|cc|bcc|subject|date|message-id|mime-version|content-.*|dkim-.*|domainkey-.*|arc-.*|authentication-results|received.*|return-path|resent-.*|delivered-to|list-id|x-mailer|x-rcpt-to|apparently-to)$/;

/**
 * Checks the headers of an account's mail.
 *
 * @returns the same
 * @throws GracelineError INVALID_INPUT that names the header
 */
export function checkedHeaders(headers: Headers): Headers {
  for (const name of Object.keys(headers)) {
    if (!NAME.test(name)) throw invalid('A header has a name that is none. Use up to 76 letters, digits and -, beginning with a letter.');
    if (OURS.test(name.toLowerCase()))
      throw invalid(`The header "${name}" is set by Graceline or by servers on the way. Leave it out.`, name);
    if (headers[name]!.length > MAX_VALUE || !VALUE.test(headers[name]!))
      throw invalid(`The header "${name}" must have 1 to ${MAX_VALUE} visible ASCII characters on one line.`, name);
  }
  return headers;
}

/**
 * Headers as they come in a list.
 *
 * @throws GracelineError INVALID_INPUT where they are too many, or one is there twice
 */
export function headersOf(list: readonly { readonly name: string; readonly value: string }[]): Headers {
  if (list.length > MAX_HEADERS) throw invalid(`${list.length} headers are too many; give at most ${MAX_HEADERS}.`);
  const names = new Set(list.map(({ name }) => name.toLowerCase()));
  if (names.size < list.length) throw invalid('A header is there twice. Give each once; upper and lower case make no difference.');
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

function invalid(message: string, header?: string): GracelineError {
  return new GracelineError('INVALID_INPUT', message, { field: 'headers', ...(header && { header }) });
}
