/** What somebody writes who wants to break the page that shows it. */

/** How a text is hostile. */
export type Kind = 'html' | 'rightToLeft' | 'long' | 'emoji';

/** Each of them. */
export const KINDS: readonly Kind[] = ['html', 'rightToLeft', 'long', 'emoji'];

/** What scripts in {@link hostile} texts leave behind where they run: an expression for the page. */
export const HAS_RUN = `'ran' in window`;

const HTML = `</p><img src=x onerror="window.ran=1"><script>window.ran=1</script><style>*{display:none}</style><b>"'&lt;`;
/** Overrides the direction, never ends it, and is read from the right. */
const RIGHT_TO_LEFT = `\u202Egnp.exe \u2067שלום עולם مرحبا بالعالم`;
/** One family, one flag, and marks that climb over the line above. */
const EMOJI = `👩‍👩‍👧‍👦🏴‍☠️ Z̸̢̛͙͓̈́a̴̛͎̍l̵̨̛͖͐g̶̨̛̱̈́o̷̧̺̓ 🧨💥`;

/**
 * A text for one line.
 *
 * @param length of the long one, in UTF-16 units: what the field takes at most
 */
export function hostile(kind: Kind, length: number): string {
  // Letters that no line can break between.
  const texts = { html: HTML, rightToLeft: RIGHT_TO_LEFT, long: 'W'.repeat(length), emoji: EMOJI };
  return texts[kind];
}

/** The same as a Markdown document of 10,000 characters that the API takes. */
export function hostileMarkdown(kind: Kind): string {
  const link = '[Click](https://evil.example/?a="onmouseover=window.ran=1) <https://evil.example/>';
  const table = `| ${'W'.repeat(200)} | b |\n| --- | :-: |\n| \`${hostile(kind, 500)}\` | ${EMOJI} |`;
  const code = `\`\`\`html\n${HTML}\n${'W'.repeat(1_000)}\n\`\`\``;
  const text = [`Inline \`${hostile(kind, 3_000)}\`.`, link, table, code, `> - ${RIGHT_TO_LEFT}`].join('\n\n');
  return `${text}\n\n${'W'.repeat(10_000 - text.length - 2)}`;
}

/**
 * An expression for a page: what stands behind a text that turns the direction, and is turned by it.
 *
 * @param within a selector of where to look; the whole page where it has none of it
 */
export const turnedIn = (within: string) => `(() => {
  const walker = document.createTreeWalker(document.querySelector('${within}') ?? document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf('\u202E');
    if (at < 0 || node.parentElement.matches('option, textarea')) continue;
    let box = node.parentElement;
    const ends = ({ display, unicodeBidi }) => display !== 'inline' || /isolate|plaintext/.test(unicodeBidi);
    while (!ends(getComputedStyle(box))) box = box.parentElement;
    // Its text is one, e.g. an id that goes on behind what turns it.
    if (box.matches('bdi, a')) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(box, box.childNodes.length);
    const rest = range.toString().replaceAll(${JSON.stringify(RIGHT_TO_LEFT)}, '').replaceAll('/%2e?#&', '');
    if (/[\\p{L}\\p{N}]/u.test(rest)) found.push(box.tagName + ': …' + rest.slice(0, 90));
  }
  return found;
})()`;

/** See {@link turnedIn}: in the middle of the page. */
export const TURNED = turnedIn('main');
