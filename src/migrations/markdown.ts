/** Descriptions of migrations: what may stand in one, and how it becomes HTML. */
import MarkdownIt, { type StateCore, type Token } from 'markdown-it';

/** What is wrong with a text, where, and what to do about it. */
export interface PageProblem {
  /** Counted from 1. */
  readonly line: number;
  /** A sentence or two for a person. */
  readonly message: string;
}

/** The longest description, in bytes of UTF-8. */
const MAX_DESCRIPTION_BYTES = 100 * 1024;
/** A text that is no Markdown at all would have a problem on every line. */
const MAX_PROBLEMS = 100;
/** Headings above this level belong to the page around the description. */
const FIRST_FREE_LEVEL = 4;

const ACTIVE_ELEMENT = /<\/?(script|style|iframe|frame|frameset|object|embed|applet|form|base|meta|link|svg|math)(?![\w-])/i;
const EVENT_HANDLER = /[\s"'/]on[a-z]+\s*=/i;
const ACTIVE_ADDRESS = /=["']?(javascript|vbscript|data):/i;
const SAFE_SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'mailto']);
/** Stands for the host of whatever page a description is shown on; of a scheme that no page has, as `https:x` is relative to some. */
const OWN_HOST = 'ftp://own.invalid';

// The checker has to see the HTML and the links that the renderer will refuse.
const checker = new MarkdownIt({ html: true, linkify: false });
checker.validateLink = () => true;

const renderer = new MarkdownIt({ html: false, linkify: false });
renderer.validateLink = isSafeLink;
// What is too wide scrolls in place, and whoever has no mouse scrolls what has the focus.
for (const rule of ['fence', 'code_block'] as const) {
  const render = renderer.renderer.rules[rule]!;
  renderer.renderer.rules[rule] = (...given) => render(...given).replace('<pre>', '<pre tabindex="0">');
}
renderer.renderer.rules['table_open'] = () => '<table tabindex="0">\n';
renderer.core.ruler.push('for_strict_pages', (state) => {
  for (const token of state.tokens) {
    alignByClass(token);
    if (token.children) token.children = withoutForeignPictures(token.children, state);
  }
});

/**
 * The HTML of a description. It is safe to put into a page whatever the input: raw HTML is shown as text, and a link
 * that goes anywhere but to http, https, mailto or a relative address stays text. It breaks no content security policy that
 * allows pictures of its own host alone: a picture from elsewhere is a link to it, and nothing has a style in the text.
 * Cells of tables that are not aligned to the start have the class `center` or `right`.
 */
export function renderMarkdown(markdown: string): string {
  return renderer.render(markdown);
}

/** Whether an address may be linked to: http, https, mailto, or relative to the page. */
export function isSafeLink(url: string): boolean {
  // Browsers skip control characters and spaces when they look for the scheme. What only resembles one is refused too.
  const scheme = /^([^/?#]*?):/.exec(url.replace(/[\p{Cc}\s]/gu, ''))?.[1];
  return scheme === undefined || SAFE_SCHEMES.has(scheme.toLowerCase());
}

/**
 * A description as it is kept: lines end with LF, without empty lines before and white space after it. The indentation
 * of its first line stays, because it may mean code.
 */
export function normaliseDescription(markdown: string): string {
  const text = withLineFeeds(markdown).trimEnd();
  const firstLine = text.search(/\S/);
  return firstLine === -1 ? '' : text.slice(text.lastIndexOf('\n', firstLine) + 1);
}

/** The text with every line end (CRLF, CR) as LF. */
export function withLineFeeds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/**
 * What keeps a text from being a description: it is too long, would break the page it stands on, or is active content.
 *
 * @returns all problems in order of their lines, at most 100 and a last that counts the rest; none where it is fine
 */
export function descriptionProblems(markdown: string): PageProblem[] {
  if (isOversized(markdown)) {
    return [
      {
        line: 1,
        message: `The description is longer than ${MAX_DESCRIPTION_BYTES / 1024} KB. Shorten it, and link to a guide for the rest.`,
      },
    ];
  }
  const text = withLineFeeds(markdown);
  const env = {};
  const tokens = checker.parse(text, env);
  return orderedProblems([
    ...controlCharacterProblems(text),
    ...headingProblems(tokens),
    ...fenceProblems(tokens, text.split('\n')),
    ...activeContentProblems(tokens),
    ...openEndProblems(text, tokens),
  ]);
}

/** Whether a description is longer than any may be: then nobody looks further into it. */
export function isOversized(markdown: string): boolean {
  return Buffer.byteLength(markdown) > MAX_DESCRIPTION_BYTES;
}

/** One problem for each line that has control characters other than tabs. */
export function controlCharacterProblems(text: string): PageProblem[] {
  return text.split('\n').flatMap((content, index) => {
    const found = /[^\P{Cc}\t]/u.exec(content)?.[0];
    if (found === undefined) return [];
    const name = `U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    return [{ line: index + 1, message: `There is a control character (${name}) in this line. Remove it, and save the text as UTF-8.` }];
  });
}

/** The problems once each and in order of their lines, cut to 100 with a last one that counts the rest. */
export function orderedProblems(problems: readonly PageProblem[]): PageProblem[] {
  const distinct = new Map(problems.map((problem) => [`${problem.line} ${problem.message}`, problem]));
  const ordered = [...distinct.values()].toSorted((a, b) => a.line - b.line);
  const rest = ordered.slice(MAX_PROBLEMS);
  if (!rest[0]) return ordered;
  return [
    ...ordered.slice(0, MAX_PROBLEMS),
    { line: rest[0].line, message: `There are ${rest.length} more problems from here on. Correct those above first.` },
  ];
}

function headingProblems(tokens: readonly Token[]): PageProblem[] {
  return tokens
    .filter((token) => token.type === 'heading_open' && Number(token.tag.slice(1)) < FIRST_FREE_LEVEL)
    .map((token) => ({
      line: lineOf(token),
      message: token.markup.startsWith('#')
        ? `A heading of level ${token.markup.length} would end the description. Use #### or deeper.`
        : `The line of ${token.markup} under this text makes it a heading, which would end the description. Use #### for a heading, or leave a line empty before the rule.`,
    }));
}

function fenceProblems(tokens: readonly Token[], lines: readonly string[]): PageProblem[] {
  return tokens
    .filter((token) => token.type === 'fence' && !isClosed(token, lines))
    .map((token) => ({
      line: lineOf(token),
      message: `The code block that starts here has no end. Put a line of ${token.markup} after the code.`,
    }));
}

function isClosed(fence: Token, lines: readonly string[]): boolean {
  const [start, end] = fence.map ?? [0, 0];
  const last = (lines[end - 1] ?? '').replace(/^[>\s]+/, '').trimEnd();
  return end - 1 > start && last.startsWith(fence.markup) && last.replaceAll(fence.markup.charAt(0), '') === '';
}

function activeContentProblems(tokens: readonly Token[]): PageProblem[] {
  let line = 1;
  return tokens.flatMap((token) => {
    line = token.map ? lineOf(token) : line;
    let lineInside = line;
    return [token, ...(token.children ?? [])].flatMap((part) => {
      if (part.type === 'softbreak' || part.type === 'hardbreak') lineInside += 1;
      const message = activeHtml(part) ?? unsafeAddress(part);
      return message === null ? [] : [{ line: lineInside, message }];
    });
  });
}

function activeHtml(token: Token): string | null {
  if (token.type !== 'html_block' && token.type !== 'html_inline') return null;
  const element = ACTIVE_ELEMENT.exec(token.content)?.[1];
  if (element !== undefined)
    return `The HTML element <${element.toLowerCase()}> is not allowed. Remove it, or write it as code between backticks.`;
  if (EVENT_HANDLER.test(token.content))
    return 'HTML with an event handler (such as onclick=) is not allowed. Remove the attribute, or write it as code between backticks.';
  // Entities and white space are how such an address hides.
  const plain = checker.utils.unescapeAll(token.content).replace(/[\p{Cc}\s]/gu, '');
  const scheme = ACTIVE_ADDRESS.exec(plain)?.[1];
  return scheme === undefined ? null : `HTML with a ${scheme.toLowerCase()}: address is not allowed. Link to an http or https address.`;
}

function unsafeAddress(token: Token): string | null {
  const address = token.type === 'link_open' ? token.attrGet('href') : token.type === 'image' ? token.attrGet('src') : null;
  if (address === null || isSafeLink(String(address))) return null;
  return `The address "${String(address).slice(0, 60)}" is none to link to. Use http, https, mailto or a relative address, or write it as code between backticks.`;
}

/** HTML that is opened and not closed swallows what follows it on the page: the next migration. */
function openEndProblems(text: string, tokens: readonly Token[]): PageProblem[] {
  const last = tokens.at(-1);
  if (last?.type !== 'html_block') return [];
  const next = checker.parse(`${text}\n\n#### Next`, {});
  if (next.at(-1)?.type === 'heading_close') return [];
  return [
    {
      line: lineOf(last),
      message:
        'The HTML that starts here (a comment, or an element such as <pre>) has no end. Close it, or write it as code between backticks.',
    },
  ];
}

/** Turns the style that says how a cell is aligned into a class. */
function alignByClass(token: Token): void {
  const align = /^text-align:(left|center|right)$/.exec(String(token.attrGet('style')))?.[1];
  if (align !== undefined) token.attrs = align === 'left' ? null : [['class', align]];
}

function isForeignPicture(token: Token): boolean {
  if (token.type !== 'image') return false;
  const address = String(token.attrGet('src'));
  return !URL.canParse(address, OWN_HOST) || new URL(address, OWN_HOST).origin !== OWN_HOST;
}

/** Each picture from elsewhere as a link with its text, or as the text alone where it stands in a link. */
function withoutForeignPictures(parts: readonly Token[], { Token: Made, env }: StateCore): Token[] {
  let isInLink = false;
  return parts.flatMap((part) => {
    if (part.type === 'link_open') isInLink = true;
    if (part.type === 'link_close') isInLink = false;
    if (!isForeignPicture(part)) return part;
    const address = String(part.attrGet('src'));
    const text = new Made('text', '', 0);
    text.content = renderer.renderer.renderInlineAsText(part.children ?? [], renderer.options, env) || address;
    if (isInLink) return text;
    const [open, close] = [new Made('link_open', 'a', 1), new Made('link_close', 'a', -1)];
    open.attrSet('href', address);
    return [open, text, close];
  });
}

function lineOf(token: Token): number {
  return (token.map?.[0] ?? 0) + 1;
}
