/** A sender as people write it: `Name <address>`, or an address alone. */
import { validEmail } from '../accounts/accounts.rules.ts';
import { GracelineError } from '../errors.ts';

const MAX_NAME = 200;
const MAX_TEXT = 500;
const NAMED = /^(?:"([^"<>\\]*)"|([^"<>\\]*?))\s*<([^<>]+)>$/;

/**
 * Reads a sender.
 *
 * @param field what an error calls it
 * @returns the name, empty where there is none, and the address as it was written
 * @throws GracelineError INVALID_EMAIL
 */
export function parseMailbox(text: string, field: string): { readonly name: string; readonly address: string } {
  const written = text.length > MAX_TEXT || /\p{Cc}/u.test(text) ? '' : text.trim();
  const [, quoted, plain, inBrackets] = NAMED.exec(written) ?? [];
  const name = (quoted ?? plain ?? '').trim();
  const address = (inBrackets ?? written).trim();
  if (name.length <= MAX_NAME && isEmail(address)) return { name, address };
  throw new GracelineError(
    'INVALID_EMAIL',
    `"${field}" must be an address such as shop@example.com or Shop <shop@example.com>, on one line and with a name of at most ${MAX_NAME} characters.`,
    { field },
  );
}

function isEmail(address: string): boolean {
  try {
    validEmail(address);
    return true;
  } catch {
    return false;
  }
}
