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
 * @returns takes the next part; throws GracelineError TOO_LARGE, INVALID_INPUT
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
  let [items, depth, inText] = [0, 0, false];
  // Of the next part, what belongs to an escape that was cut in two.
  let next = 0;
  return (part) => {
    let i = next;
    while (i < part.length) {
      if (inText) {
        i = endOfText(part, i);
        if (i >= part.length) break;
        inText = false;
      } else {
        const byte = part[i];
        if (byte === QUOTE) inText = true;
        else if (byte === COMMA || byte === COLON) items++;
        else if (byte === OPEN || byte === OPEN_BRACE) depth++;
        else if (byte === CLOSE || byte === CLOSE_BRACE) depth--;
        if (depth > MAX_DEPTH)
          throw new GracelineError('INVALID_INPUT', `The input is nested deeper than ${MAX_DEPTH} levels. Give it fewer.`);
      }
      i++;
    }
    next = i - part.length;
    if (items > MAX_ITEMS)
      throw new GracelineError('TOO_LARGE', `The JSON of the request has more than ${MAX_ITEMS} names and items. Send less at a time.`);
  };
}

/** Where the quote is that ends a text; the length of the part, or one more behind an escape, where it is in none of it. */
function endOfText(part: Buffer, from: number): number {
  let i = from;
  while (i < part.length) {
    const byte = part[i];
    if (byte === QUOTE) return i;
    i += byte === BACKSLASH ? 2 : 1;
  }
  return i;
}
