/**
 * The HTML of a mail made fit for a frame of this page. The frame is under the page's content security policy, which forbids
 * styles that stand in the text; they are taken out before, and given to the frame by the object model, which is allowed.
 */

/** A mail ready for a frame. */
interface FramedMail {
  readonly document: string;
  /** The texts of its style elements, for {@link styleFrame}. */
  readonly sheets: readonly string[];
}

/** What would load something, lead away, or be refused by the policy with a report. */
const REMOVED = 'script, link, base, meta[http-equiv], iframe, frame, object, embed, form, style';
const STYLE = 'data-style';

/** Takes a mail apart. */
export function framed(html: string): FramedMail {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const sheets = [...parsed.querySelectorAll('style')].map(({ textContent }) => textContent);
  for (const element of parsed.querySelectorAll(REMOVED)) element.remove();
  for (const element of parsed.querySelectorAll('*')) {
    for (const { name, value } of [...element.attributes]) {
      if (name === 'style') element.setAttribute(STYLE, value);
      if (name === 'style' || name.startsWith('on') || LOADING.has(name)) element.removeAttribute(name);
    }
  }
  return { document: `<!doctype html>${parsed.documentElement.outerHTML}`, sheets };
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

/** Mails are black on white wherever they are read. */
const FRAME_STYLE =
  ':root { color-scheme: light; background: #fff; } body { font-family: system-ui, sans-serif; overflow-wrap: anywhere; }';
/** Attributes that load or lead somewhere. */
const LOADING: ReadonlySet<string> = new Set(['src', 'srcset', 'href', 'action', 'background', 'poster', 'ping', 'xlink:href']);
