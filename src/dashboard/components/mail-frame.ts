/**
 * The HTML of a mail made fit for a frame of this page. The frame is under the page's content security policy, which forbids
 * styles that stand in the text; they are taken out before, and given to the frame by the object model, which is allowed.
 */
import { type DefaultTreeAdapterTypes as Tree, parse, serialize } from 'parse5';

/** A mail ready for a frame. */
interface FramedMail {
  readonly document: string;
  /** The texts of its style elements, for {@link styleFrame}. */
  readonly sheets: readonly string[];
}

/** Elements that would load something, lead away, or be refused by the policy with a report. */
const REMOVED: ReadonlySet<string> = new Set(['script', 'link', 'base', 'meta', 'iframe', 'frame', 'object', 'embed', 'form', 'style']);
/** Attributes that load or lead somewhere. */
const LOADING: ReadonlySet<string> = new Set(['src', 'srcset', 'href', 'action', 'background', 'poster', 'ping', 'xlink:href']);
const STYLE = 'data-style';
/** Mails are black on white wherever they are read. */
const FRAME_STYLE =
  ':root { color-scheme: light; background: #fff; } body { font-family: system-ui, sans-serif; overflow-wrap: anywhere; }';

/** Takes a mail apart: by a parser of our own, because the browser's reports to the policy whatever it meets. */
export function framed(html: string): FramedMail {
  const tree = parse(html);
  const sheets: string[] = [];
  clean(tree, sheets);
  return { document: serialize(tree), sheets };
}

/** Gives the frame the styles that {@link framed} took out. Call it when the frame has loaded. */
export function styleFrame({ contentDocument, contentWindow }: HTMLIFrameElement, sheets: readonly string[]): void {
  if (!contentDocument || !contentWindow) return;
  for (const element of contentDocument.querySelectorAll<HTMLElement>(`[${STYLE}]`)) {
    element.style.cssText = element.getAttribute(STYLE) ?? '';
  }
  const { CSSStyleSheet: Sheet } = contentWindow as Window & typeof globalThis;
  contentDocument.adoptedStyleSheets = [FRAME_STYLE, ...sheets].map((text) => {
    const sheet = new Sheet();
    sheet.replaceSync(text);
    return sheet;
  });
}

function clean(parent: Tree.ParentNode, sheets: string[]): void {
  parent.childNodes = parent.childNodes.filter((node) => {
    if (!('tagName' in node)) return true;
    if (node.tagName === 'style') sheets.push(textOf(node));
    if (REMOVED.has(node.tagName)) return false;
    node.attrs = node.attrs
      .filter(({ name }) => !name.startsWith('on') && !LOADING.has(name))
      .map((attribute) => (attribute.name === 'style' ? { ...attribute, name: STYLE } : attribute));
    clean(node, sheets);
    if ('content' in node) clean(node.content, sheets);
    return true;
  });
}

function textOf({ childNodes }: Tree.Element): string {
  return childNodes.map((node) => ('value' in node ? node.value : '')).join('');
}
