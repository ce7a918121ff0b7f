/** Buttons, and links that look like them. */
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from 'wouter';
import styles from './button.module.css';

/** `primary` once a page or dialog; `danger` for what cannot be undone. */
export type ButtonLook = 'primary' | 'secondary' | 'quiet' | 'danger';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook;
  /** Under way: says so, and takes no second click. It keeps its focus, as a disabled one would not. */
  readonly busy?: boolean;
}

/** A button; of type `button` unless said otherwise. */
export function Button({ look = 'secondary', busy = false, className = '', children, onClick, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={`${styles['button']} ${styles[look]} ${className}`}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {children}
    </button>
  );
}

interface ButtonLinkProps {
  readonly to: string;
  readonly look?: ButtonLook;
  readonly children: ReactNode;
}

/** A link to a page of the dashboard that looks like a button. */
export function ButtonLink({ to, look = 'secondary', children }: ButtonLinkProps) {
  return (
    <Link href={to} className={`${styles['button']} ${styles[look]}`}>
      {children}
    </Link>
  );
}
