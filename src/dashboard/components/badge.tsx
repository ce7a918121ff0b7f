/** A word in a colour. The word alone says it; the colour only helps to find it. */
import type { ReactNode } from 'react';
import styles from './badge.module.css';

/** What a colour stands for. */
export type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'bad';

interface BadgeProps {
  readonly tone: Tone;
  readonly children: ReactNode;
}

/** A short state or severity. */
export function Badge({ tone, children }: BadgeProps) {
  return <span className={`${styles['badge']} ${styles[tone]}`}>{children}</span>;
}
