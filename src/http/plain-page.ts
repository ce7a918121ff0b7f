/** The frame of pages that stand alone: they work without script and load nothing. */
import { Html, html } from '../email/html.ts';

/**
 * A whole page.
 *
 * @param title of the window
 * @param body one card, beginning with its heading
 * @param style further rules, ours and not somebody's
 */
export function plainPage(title: string, body: Html, style = ''): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE + style)}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.source;
}

const STYLE = `
:root { color-scheme: light dark; --paper: #fbfaf8; --card: #fff; --ink: #1d1f23; --quiet: #5f646d; --line: #8b8f97; --link: #1b5fad; --fault: #b3202f; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15171a; --card: #1c1f23; --ink: #e6e4df; --quiet: #a0a5ae; --line: #6d737d; --link: #86b7f2; --fault: #f58a93; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word; }
main { max-width: 28rem; margin: clamp(1rem, 8vh, 5rem) auto; padding: clamp(1.25rem, 5vw, 2rem); background: var(--card); border-radius: 10px; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
a { color: var(--link); }
label { display: block; margin-top: 1.25rem; font-weight: 600; }
input { width: 100%; padding: 0.6rem 0.75rem; border: 1px solid var(--line); border-radius: 6px; background: var(--card); color: inherit; font: inherit; }
button { width: 100%; margin-top: 1.75rem; padding: 0.7rem; border: 0; border-radius: 6px; background: var(--link); color: var(--card); font: inherit; font-weight: 600; cursor: pointer; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.hint { margin: 0.35rem 0 0; color: var(--quiet); font-size: 0.9rem; }
.fault { color: var(--fault); font-weight: 600; }
`;
