/** A sheet of the page that belongs together. */
import type { ReactNode } from 'react';
import styles from './card.module.css';

interface CardProps {
  readonly title?: ReactNode;
  /** Beside the title: buttons or links about all of it. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A section with a heading of the second level. */
export function Card({ title, actions, children }: CardProps) {
  return (
    <section className={styles['card']}>
      {(title !== undefined || actions !== undefined) && (
        <header className={styles['header']}>
          {title !== undefined && <h2>{title}</h2>}
          {actions}
        </header>
      )}
      {children}
    </section>
  );
}
