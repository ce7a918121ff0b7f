/** One of a few, all in sight: a filter above a list. Arrow keys go from one to the next. */
import { useId } from 'react';
import styles from './pills.module.css';

interface PillsProps<Value extends string> {
  /** Says what is chosen by it. */
  readonly label: string;
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
}

/** A group of radio buttons that looks like pills. */
export function Pills<Value extends string>({ label, value, onChoose, options }: PillsProps<Value>) {
  const name = useId();
  return (
    <fieldset className={styles['pills']}>
      <legend className="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles['pill']}>
          <input
            type="radio"
            name={name}
            className={styles['input']}
            checked={option.value === value}
            onChange={() => onChoose(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
