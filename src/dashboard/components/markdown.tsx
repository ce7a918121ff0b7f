/** Markdown as it stands on the public page. Load this module lazily: it brings a parser. */
import MarkdownIt from 'markdown-it';
import { useMemo } from 'react';
import styles from './markdown.module.css';

/** HTML in the text is shown as text; links that go anywhere but to http, https, mailto or a relative address stay text. */
const renderer = new MarkdownIt({ html: false, linkify: false });
renderer.validateLink = (url) => {
  const scheme = /^([^/?#]*?):/.exec(url.replace(/[\p{Cc}\s]/gu, ''))?.[1]?.toLowerCase();
  return scheme === undefined || ['http', 'https', 'mailto'].includes(scheme);
};
// Pictures would be loaded from elsewhere, and the content security policy forbids styles in the text.
renderer.disable('image');
for (const rule of ['th_open', 'td_open'] as const) {
  renderer.renderer.rules[rule] = (tokens, index, options, _, self) => {
    tokens[index]!.attrs = null;
    return self.renderToken(tokens, index, options);
  };
}

/** A text that an operator wrote. */
export function Markdown({ text }: { readonly text: string }) {
  const html = useMemo(() => renderer.render(text), [text]);
  return <div className={styles['markdown']} dangerouslySetInnerHTML={{ __html: html }} />;
}
