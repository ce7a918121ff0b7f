/** The headings of a Markdown page and the tables of facts under them. */
import MarkdownIt, { type Token } from 'markdown-it';

/** A heading with what its section starts with. Line numbers count from 0, ends are exclusive. */
export interface PageSection {
  readonly level: number;
  /** Plain text. */
  readonly title: string;
  readonly headingLine: number;
  /** The rows of the table that the section starts with; equal to `bodyStart` where there is none. */
  readonly tableStart: number;
  /** The first line after that table. */
  readonly bodyStart: number;
  /** Where the next heading of the same or a higher level stands, or the page ends. */
  readonly end: number;
  /** The section this one is a part of; null at the top. */
  readonly parent: PageSection | null;
}

type Heading = Pick<PageSection, 'level' | 'title' | 'headingLine'> & { readonly contentStart: number };

/** A page with more headings is no page of migrations; what it has beyond this is not looked at. */
export const MAX_SECTIONS = 5_000;

const TABLE_ROW = /^ {0,3}\|/;

// HTML is on so that what stands in a comment is no heading. Text is not looked into but for the headings' own.
const scanner = new MarkdownIt({ html: true });
scanner.core.ruler.enableOnly(['normalize', 'block']);
const inline = new MarkdownIt({ html: false, linkify: false });

/** Every section of a page in page order, at most one more than {@link MAX_SECTIONS}; front matter and code blocks have none. */
export function outline(lines: readonly string[]): PageSection[] {
  const headings = headingsOf(withoutFrontMatter(lines).join('\n'));
  const sections: PageSection[] = [];
  const open: PageSection[] = [];
  const ends = sectionEnds(headings, lines.length);
  for (const [index, { contentStart, ...heading }] of headings.entries()) {
    while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
    const section = { ...heading, ...tableAt(lines, contentStart), end: ends[index]!, parent: open.at(-1) ?? null };
    sections.push(section);
    open.push(section);
  }
  return sections;
}

/** Where each section ends, found from the back so that a page of headings costs no more than one of text. */
function sectionEnds(headings: readonly Heading[], pageEnd: number): number[] {
  const ends: number[] = [];
  const startOfLevel = Array.from({ length: 7 }, () => pageEnd);
  for (const { level, headingLine } of headings.toReversed()) {
    ends.push(Math.min(...startOfLevel.slice(1, level + 1)));
    startOfLevel[level] = headingLine;
  }
  return ends.toReversed();
}

function headingsOf(page: string): Heading[] {
  const env = {};
  const tokens = scanner.parse(page, env);
  const contents = new Map(
    tokens.flatMap((token, index) =>
      token.type === 'heading_open' && token.level === 0 ? [[token, tokens[index + 1]?.content ?? '']] : [],
    ),
  );
  return [...contents].slice(0, MAX_SECTIONS + 1).map(([token, content]) => {
    const [headingLine, contentStart] = token.map ?? [0, 0];
    return { level: Number(token.tag.slice(1)), title: plainText(inline.parseInline(content, env)).trim(), headingLine, contentStart };
  });
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.children) return plainText(token.children);
      return token.type === 'softbreak' || token.type === 'hardbreak' ? ' ' : token.content;
    })
    .join('');
}

function tableAt(lines: readonly string[], contentStart: number): { tableStart: number; bodyStart: number } {
  let tableStart = contentStart;
  while (lines[tableStart]?.trim() === '') tableStart += 1;
  let bodyStart = tableStart;
  while (TABLE_ROW.test(lines[bodyStart] ?? '')) bodyStart += 1;
  return { tableStart, bodyStart };
}

/** Front matter becomes empty lines, so that line numbers stay. */
function withoutFrontMatter(lines: readonly string[]): readonly string[] {
  if (lines[0]?.trimEnd() !== '---') return lines;
  const end = lines.findIndex((line, index) => index > 0 && /^(---|\.\.\.)\s*$/.test(line));
  return end === -1 ? lines : lines.map((line, index) => (index <= end ? '' : line));
}
