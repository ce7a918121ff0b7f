/** The plain-text part of a mail, made of its HTML: for mail programs without HTML, and for people who prefer it. */

/** Not for readers: dropped with all they hold. */
const DROPPED = new Set(['head', 'script', 'style', 'template', 'title']);
/** Begin and end on a line of their own, apart from what is around them. */
const PARAGRAPHS = new Set(
  'address article aside blockquote dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section table ul'.split(
    ' ',
  ),
);
/** Begin and end on a line of their own. */
const LINES = new Set('body caption center dd div dt html legend li option tbody tfoot thead tr'.split(' '));
const CELLS = new Set(['td', 'th']);

const WRITTEN_ENTITIES =
  'amp=& lt=< gt=> quot=" apos=\' copy=© reg=® trade=™ hellip=… ndash=– mdash=— lsquo=‘ rsquo=’ ldquo=“ rdquo=” bdquo=„ laquo=« raquo=» bull=• middot=· times=× euro=€ pound=£ yen=¥ larr=← rarr=→ auml=ä ouml=ö uuml=ü Auml=Ä Ouml=Ö Uuml=Ü szlig=ß eacute=é egrave=è agrave=à ntilde=ñ ccedil=ç shy= zwnj=';
/** The names that people write; others stay as they were written. */
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['nbsp', ' '],
  ...WRITTEN_ENTITIES.split(' ').map((entry): [string, string] => {
    const at = entry.indexOf('=');
    return [entry.slice(0, at), entry.slice(at + 1)];
  }),
]);

/** A comment, a declaration, or a tag with its attributes. Each reads on from where it stands and never back, also where it has no end. */
const MARKUP = /<!--[\s\S]*?(?:-->|$)|<[!?][^>]*>?|<(\/?)([a-zA-Z][a-zA-Z0-9:-]*)([^<>]*)>?/g;

/**
 * Says in plain text what HTML says: paragraphs apart, items with a dash, links followed by their address. It reads any
 * HTML, also broken HTML, in a time that grows with its length.
 *
 * @returns lines without spaces at their ends, the last one ended
 */
export function plainTextOf(html: string): string {
  const reader = new Reader();
  let at = 0;
  for (const match of html.matchAll(MARKUP)) {
    reader.text(html.slice(at, match.index));
    at = match.index + match[0].length;
    const [, slash, name, attributes = ''] = match;
    if (name === undefined) continue;
    if (slash) reader.close(name.toLowerCase());
    else reader.open(name.toLowerCase(), attributes);
  }
  reader.text(html.slice(at));
  return reader.result();
}

/** Puts words one after another and remembers what must come between them. */
class Reader {
  private readonly parts: string[] = [];
  /** Line breaks owed before the next word: 1 ends the line, 2 the paragraph. */
  private breaks = 0;
  private space = false;
  /** The element whose content is dropped; null outside such. */
  private dropped: string | null = null;
  private preformatted = false;
  private link: { readonly address: string; readonly from: number } | null = null;

  text(html: string): void {
    if (html === '' || this.dropped !== null) return;
    const text = decoded(html);
    if (this.preformatted) return this.put(text.replaceAll('\r\n', '\n'));
    if (/^\s/.test(text)) this.space = true;
    const words = text.trim().replaceAll(/\s+/g, ' ');
    if (words !== '') this.put(words);
    if (/\s$/.test(text)) this.space = true;
  }

  open(name: string, attributes: string): void {
    // A body that begins without the end of the head is still to be read.
    if (this.dropped === 'head' && name === 'body') this.dropped = null;
    if (this.dropped !== null) return;
    if (DROPPED.has(name)) this.dropped = name;
    this.separate(name);
    if (name === 'br') this.breaks = Math.min(this.breaks + 1, 2);
    else if (name === 'hr') this.put('----------');
    else if (name === 'li') this.put('-');
    else if (name === 'img') this.text(attributeOf(attributes, 'alt'));
    else if (name === 'pre') this.preformatted = true;
    else if (name === 'a') this.begin(decoded(attributeOf(attributes, 'href')).trim());
    if (name === 'li') this.space = true;
    if (name === 'hr') this.separate(name);
  }

  close(name: string): void {
    if (this.dropped !== null) {
      if (name === this.dropped || name === 'head') this.dropped = null;
      return;
    }
    if (name === 'a') this.end();
    if (name === 'pre') this.preformatted = false;
    this.separate(name);
  }

  result(): string {
    // Not by a pattern: looking for a line's end from every blank of a long run takes the square of its length.
    const lines = this.parts
      .join('')
      .split('\n')
      .map((line) => line.trimEnd());
    return `${lines.join('\n').trim()}\n`;
  }

  private begin(address: string): void {
    this.link = /^(?:https?:|mailto:|tel:)/i.test(address) ? { address, from: this.parts.length } : null;
  }

  /** The address follows the words, unless it is what the words are. */
  private end(): void {
    if (!this.link) return;
    const { address, from } = this.link;
    this.link = null;
    const words = this.parts.slice(from).join('').trim();
    const shown = address.replace(/^(?:mailto|tel):/i, '');
    if (words === shown || words === address) return;
    this.space = true;
    // In brackets (RFC 3986, appendix C): a full stop behind it is no part of the address.
    this.put(words === '' ? shown : `<${shown}>`);
  }

  private separate(name: string): void {
    if (PARAGRAPHS.has(name)) this.breaks = 2;
    else if (LINES.has(name)) this.breaks = Math.max(this.breaks, 1);
    else if (CELLS.has(name)) this.space = true;
  }

  private put(text: string): void {
    if (this.parts.length > 0) {
      if (this.breaks > 0) this.parts.push('\n'.repeat(this.breaks));
      else if (this.space) this.parts.push(' ');
    }
    this.breaks = 0;
    this.space = false;
    this.parts.push(text);
  }
}

function attributeOf(attributes: string, name: string): string {
  const [, double, single, bare] = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(attributes) ?? [];
  return double ?? single ?? bare ?? '';
}

function decoded(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z]{2,8}));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES.get(name) ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
      const readable = code >= 32 && code <= 0x10_ff_ff && !(code >= 0xd8_00 && code <= 0xdf_ff) && !(code >= 127 && code <= 159);
      return readable ? String.fromCodePoint(code) : ' ';
    },
  );
}
