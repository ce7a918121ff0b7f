/** A mail as its reader gets it. An account wrote it, so it stands in a frame that runs no script and loads nothing. */
import { type ReactNode, useRef } from 'react';
import { framed, styleFrame } from './mail-frame.ts';
import styles from './mail-preview.module.css';

interface MailPreviewProps {
  /** Which of several it is, e.g. `Today`. */
  readonly title: string;
  readonly from: string;
  readonly subject: string;
  readonly html: string;
}

/** Sender, subject and body. */
export function MailPreview({ title, from, subject, html }: MailPreviewProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const { document: framedDocument, sheets } = framed(html);
  return (
    <section className={styles['mail']} aria-label={`${title}: ${subject}`}>
      <p className={styles['title']}>{title}</p>
      <dl className={styles['head']}>
        <dt>From</dt>
        <dd>{from}</dd>
        <dt>Subject</dt>
        <dd className={styles['subject']}>{subject}</dd>
      </dl>
      <iframe
        ref={frame}
        className={styles['body']}
        title={`${title}: body of the mail`}
        // No scripts; the same origin, so that this page can give it its styles.
        sandbox="allow-same-origin"
        srcDoc={framedDocument}
        onLoad={() => frame.current && styleFrame(frame.current, sheets)}
      />
    </section>
  );
}

/** Several mails beside each other, below each other where there is no room. */
export function MailsSideBySide({ children }: { readonly children: ReactNode }) {
  return <div className={styles['sideBySide']}>{children}</div>;
}
