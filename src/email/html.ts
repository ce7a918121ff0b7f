/** Text that is HTML already, and so is not escaped again. */
export class Html {
  constructor(readonly source: string) {}
}

/** What may stand in a template: text is escaped, HTML and lists of it are taken as they are. */
export type HtmlValue = string | number | Html | readonly Html[];

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Tags a template literal as HTML: every value that is not HTML is escaped, for elements and quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.reduce((source, part, i) => source + sourceOf(values[i - 1]!) + part));
}

function sourceOf(value: HtmlValue): string {
  if (value instanceof Html) return value.source;
  if (typeof value === 'object') return value.map(({ source }) => source).join('');
  return String(value).replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!);
}
