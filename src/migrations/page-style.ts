/** The style of the HTML page. Everything is inline: the page must read well when nothing else can be loaded. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #ffffff; --ink: #1d1f23; --quiet: #5f646d; --line: #e4e1db; --link: #1b5fad; --code: #f3f1ec;
  --low: #4d7a58; --medium: #96690a; --high: #b54a17; --critical: #b3202f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --card: #1c1f23; --ink: #e6e4df; --quiet: #a0a5ae; --line: #30343a; --link: #86b7f2; --code: #262a30;
    --low: #8cc39a; --medium: #e0b252; --high: #f19a6a; --critical: #f58a93;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word; }
header, main, footer { max-width: 46rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: clamp(2rem, 7vw, 4.5rem); }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; text-wrap: balance; }
h1 { margin: 0; font-size: clamp(1.9rem, 5vw, 2.5rem); letter-spacing: -0.02em; }
h2 { margin: 3.5rem 0 0; font-size: 1.05rem; letter-spacing: 0.01em; }
h3 { margin: 0; font-size: 1.3rem; letter-spacing: -0.01em; }
h4, h5, h6 { margin: 1.75rem 0 0.5rem; font-size: 1rem; }
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 0.06em; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 2px; }
.intro, .meaning, footer { color: var(--quiet); }
.intro { margin: 0.75rem 0 0; max-width: 38rem; font-size: 1.08rem; }
.meaning { margin: 0.15rem 0 1.25rem; }
nav { margin: 1.75rem 0 0; padding: 0 0 1.4rem; border-bottom: 1px solid var(--line); }
nav ul { margin: 0; padding: 0; list-style: none; }
nav > ul { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
nav a { display: inline-block; max-width: 100%; padding: 0.15rem 0; text-decoration: none; overflow-wrap: anywhere; }
nav > ul > li > a { font-weight: 600; }
nav a:hover { text-decoration: underline; }
nav span, h2 span { color: var(--quiet); font-weight: 400; font-variant-numeric: tabular-nums; }
article { margin: 0 0 1.25rem; padding: clamp(1.1rem, 4vw, 1.75rem); background: var(--card); border: 1px solid var(--line); border-radius: 10px; scroll-margin-top: 1rem; }
article:target { border-color: var(--link); }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
h3 a::after { content: " #"; content: " #" / ""; color: var(--quiet); font-weight: 400; opacity: 0; }
h3 a:hover::after, h3 a:focus-visible::after { opacity: 1; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.9rem 1.5rem; margin: 1.1rem 0 1.4rem; padding: 0.9rem 0; border: solid var(--line); border-width: 1px 0; }
.facts dt { color: var(--quiet); font-size: 0.82rem; }
.facts dd { margin: 0; font-size: 0.95rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.severity::before { content: ""; display: inline-block; width: 0.6em; height: 0.6em; margin-right: 0.45em; border-radius: 50%; background: currentcolor; }
.low { color: var(--low); } .medium { color: var(--medium); } .high { color: var(--high); } .critical { color: var(--critical); }
.description > :first-child { margin-top: 0; }
.description > :last-child { margin-bottom: 0; }
.description p, .description ul, .description ol { margin: 0 0 0.9rem; }
.description ul, .description ol { padding-left: 1.4rem; }
.description blockquote { margin: 0 0 0.9rem; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--quiet); }
.description img { max-width: 100%; height: auto; }
.description table { display: block; max-width: 100%; margin: 0 0 0.9rem; overflow-x: auto; border-collapse: collapse; }
.description th, .description td { padding: 0.35rem 0.8rem; border: 1px solid var(--line); text-align: left; }
.description .center { text-align: center; } .description .right { text-align: right; }
.description hr { margin: 1.5rem 0; border: 0; border-top: 1px solid var(--line); }
code { padding: 0.1em 0.35em; border-radius: 4px; background: var(--code); font: 0.9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: 0 0 0.9rem; padding: 0.9rem 1rem; overflow-x: auto; border-radius: 6px; background: var(--code); }
pre code { padding: 0; background: none; }
.guide { margin: 1.2rem 0 0; font-weight: 600; }
.empty { margin: 3rem 0; padding: 3rem 1.5rem; border: 1px dashed var(--line); border-radius: 10px; color: var(--quiet); text-align: center; }
footer { margin-top: 3.5rem; padding-bottom: 3rem; font-size: 0.9rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --quiet: #444; --line: #bbb; --link: #000; --code: #f4f4f4; }
  body { font-size: 10.5pt; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  nav, footer { display: none; }
  article { padding: 0 0 1rem; border-width: 0 0 1px; border-radius: 0; }
  h3 a::after { content: none; }
  h2, h3, .facts { break-after: avoid; }
  pre, table, .facts { break-inside: avoid; }
  .description a[href^="http"]::after { content: " (" attr(href) ")"; font-size: 0.85em; }
}
`;
