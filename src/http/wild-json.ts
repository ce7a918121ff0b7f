import { GracelineError } from '../errors.ts';

/** Shorter texts are parsed within moments, whatever they hold. */
const HARMLESS_BYTES = 32 * 1_024;
/** Items and names in all: ten thousand accounts in a list are the most anybody sends. */
const MAX_ITEMS = 25_000;
const MAX_DEPTH = 100;

const [QUOTE, COMMA, COLON, OPEN, BACKSLASH, CLOSE, OPEN_BRACE, CLOSE_BRACE] = Buffer.from('",:[\\]{}');

/**
 * Refuses JSON that is made to be slow: a mebibyte of brackets or names takes `JSON.parse` 50 ms, this one.
 *
 * @param text that is to be parsed; whether it is JSON at all is not asked
 * @throws GracelineError TOO_LARGE
 */
export function refuseWildJson(text: Buffer): void {
  if (text.length <= HARMLESS_BYTES) return;
  let [items, depth, inText] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const byte = text[i];
    if (inText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === COMMA || byte === COLON) items++;
    else if (byte === OPEN || byte === OPEN_BRACE) depth++;
    else if (byte === CLOSE || byte === CLOSE_BRACE) depth--;
    if (items > MAX_ITEMS) throw tooLarge(`more than ${MAX_ITEMS} names and items`);
    if (depth > MAX_DEPTH) throw tooLarge(`more than ${MAX_DEPTH} levels`);
  }
}

function tooLarge(what: string): GracelineError {
  return new GracelineError('TOO_LARGE', `The JSON of the request has ${what}. Send less at a time.`);
}
