/** The section of a migration as the public page has it. */
import { useLayoutEffect, useRef } from 'react';
import prose from '../components/prose.module.css';
import styles from './section-preview.module.css';

/** Attributes that mean something on the public page alone: ids are its addresses, and a click must not leave a form behind. */
const ELSEWHERE = ['id', 'href'] as const;

/** Shows HTML of the API, which makes it safe whatever an operator wrote: it runs nothing, and loads nothing from elsewhere. */
export function SectionPreview({ html }: { readonly html: string }) {
  const section = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    for (const name of ELSEWHERE) for (const element of section.current?.querySelectorAll(`[${name}]`) ?? []) element.removeAttribute(name);
  });
  return <div ref={section} className={`${prose['prose']} ${styles['section']}`} dangerouslySetInnerHTML={{ __html: html }} />;
}
