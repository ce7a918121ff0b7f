import { GracelineError } from '../errors.ts';

/** Shorter texts are parsed within moments, whatever they hold. */
const HARMLESS_BYTES = 32 * 1_024;
/** Items and names in all: ten thousand accounts in a list are the most anybody sends. */
const MAX_ITEMS = 12_000;
const MAX_DEPTH = 100;

const [QUOTE, COMMA, COLON, OPEN, BACKSLASH, CLOSE, OPEN_BRACE, CLOSE_BRACE] = Buffer.from('",:[\\]{}');

/**
 * Makes what looks at JSON as it arrives, and refuses it where it is made to be slow: a mebibyte of brackets or names takes
 * `JSON.parse` 50 ms. Whether it is JSON at all is not asked.
 *
 * @returns takes the next part; throws GracelineError TOO_LARGE
 */
export function watchJson(): (part: Buffer) => void {
  let harmless: Buffer[] | null = [];
  let size = 0;
  const scan = scanner();
  return (part) => {
    size += part.length;
    if (harmless === null) return scan(part);
    harmless.push(part);
    if (size <= HARMLESS_BYTES) return;
    harmless.forEach(scan);
    harmless = null;
  };
}

function scanner(): (part: Buffer) => void {
  let [items, depth, inText, escaped] = [0, 0, false, false];
  return (part) => {
    // By its index: the iterator of a buffer takes five times as long.
    for (let i = 0; i < part.length; i++) {
      const byte = part[i];
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) inText = true;
      else if (byte === COMMA || byte === COLON) items++;
      else if (byte === OPEN || byte === OPEN_BRACE) depth++;
      else if (byte === CLOSE || byte === CLOSE_BRACE) depth--;
      if (items > MAX_ITEMS) throw tooLarge(`more than ${MAX_ITEMS} names and items`);
      if (depth > MAX_DEPTH) throw tooLarge(`more than ${MAX_DEPTH} levels`);
    }
  };
}

function tooLarge(what: string): GracelineError {
  return new GracelineError('TOO_LARGE', `The JSON of the request has ${what}. Send less at a time.`);
}
