/** Form fields: a label, a hint and an error, tied to their control for those who cannot see that they stand together. */
import { Field as Primitive } from '@base-ui/react/field';
import type { ComponentProps, ReactNode } from 'react';
import styles from './field.module.css';

interface FieldProps {
  readonly label: string;
  /** What to know before filling it in. */
  readonly hint?: ReactNode;
  /** What is wrong with what is there, in a sentence; null while nothing is. */
  readonly error?: string | null;
  /** A {@link TextInput}, {@link TextArea} or {@link Choice}. */
  readonly children: ReactNode;
}

/** A control with its label. */
export function Field({ label, hint, error = null, children }: FieldProps) {
  return (
    <Primitive.Root className={styles['field']} invalid={error !== null}>
      <Primitive.Label className={styles['label']}>{label}</Primitive.Label>
      {children}
      {hint !== undefined && <Primitive.Description className={styles['hint']}>{hint}</Primitive.Description>}
      <Primitive.Error className={styles['error']} match={error !== null}>
        {error}
      </Primitive.Error>
    </Primitive.Root>
  );
}

/** One line of text. */
export function TextInput(props: ComponentProps<'input'>) {
  return <Primitive.Control {...props} render={<input />} className={styles['control']} />;
}

/** Several lines; `className` adds to its looks. */
export function TextArea({ className = '', ...props }: ComponentProps<'textarea'>) {
  return <Primitive.Control render={<textarea {...props} />} className={`${styles['control']} ${styles['area']} ${className}`} />;
}

interface ChoiceProps<Value extends string> {
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly disabled?: boolean;
}

/** One of a few, as the browser and the phone have it. */
export function Choice<Value extends string>({ value, onChoose, options, disabled = false }: ChoiceProps<Value>) {
  return (
    <Primitive.Control
      render={
        <select
          value={value}
          disabled={disabled}
          onChange={(event) => onChoose(options.find((option) => option.value === event.target.value)?.value ?? value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      }
      className={`${styles['control']} ${styles['choice']}`}
    />
  );
}

interface CheckProps {
  readonly checked: boolean;
  readonly onCheck: (checked: boolean) => void;
  readonly children: ReactNode;
}

/** A box to tick, with its words behind it. */
export function Check({ checked, onCheck, children }: CheckProps) {
  return (
    <label className={styles['check']}>
      <input type="checkbox" checked={checked} onChange={(event) => onCheck(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}
