/** The section of a migration as the public page has it. Load this module lazily: it brings a parser. */
import { useLayoutEffect, useMemo, useRef } from 'react';
import { framed } from '../components/mail-frame.ts';
import styles from './section-preview.module.css';

/**
 * Shows HTML of the API, whose renderer escapes all that an operator wrote. What loads, leads away or has a style in the text
 * is taken out as well: the content security policy forbids it here, and a click should not leave a form behind.
 */
export function SectionPreview({ html }: { readonly html: string }) {
  const section = useRef<HTMLDivElement>(null);
  const safe = useMemo(() => framed(html).document, [html]);
  useLayoutEffect(() => {
    // Its ids are addresses of the public page, and might be some of this one.
    for (const element of section.current?.querySelectorAll('[id]') ?? []) element.removeAttribute('id');
  });
  return <div ref={section} className={styles['section']} dangerouslySetInnerHTML={{ __html: safe }} />;
}
