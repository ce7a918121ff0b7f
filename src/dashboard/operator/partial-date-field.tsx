/** A date as far as it is known: not at all, a month, a day, or an instant. */
import { type ReactNode, useState } from 'react';
import { Choice, Field } from '../components/field.tsx';
import styles from './partial-date-field.module.css';

type Precision = 'DEFAULT' | 'TBD' | 'MONTH' | 'DAY' | 'INSTANT';

const LABEL: Readonly<Record<Precision, string>> = {
  DEFAULT: 'By the severity',
  TBD: 'Not known yet',
  MONTH: 'A month',
  DAY: 'A day',
  INSTANT: 'An instant (UTC)',
};

/** The last that an input takes. */
const LATEST = { MONTH: '9999-12', DAY: '9999-12-31', INSTANT: '9999-12-31T23:59' } as const;

interface PartialDateFieldProps {
  readonly label: string;
  /** A partial date; empty for that which the severity sets, where it may. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Whether the severity may set it. */
  readonly hasDefault?: boolean;
  readonly hint?: ReactNode;
  readonly error?: string | null;
}

/** A choice of how much is known, and the input for it. */
export function PartialDateField({ label, value, onChange, hasDefault = false, hint, error = null }: PartialDateFieldProps) {
  const [chosen, setChosen] = useState<Precision | null>(null);
  // While the input is empty nothing of the value says what it was meant to be.
  const precision = chosen !== null && value === INCOMPLETE ? chosen : precisionOf(value, hasDefault);
  const precisions = (['DEFAULT', 'TBD', 'MONTH', 'DAY', 'INSTANT'] as const).filter((each) => each !== 'DEFAULT' || hasDefault);
  const choose = (next: Precision) => {
    setChosen(next);
    onChange(convert(value, next));
  };
  return (
    <Field label={label} hint={hint} error={error}>
      <div className={styles['controls']}>
        <Choice value={precision} onChoose={choose} options={precisions.map((each) => ({ value: each, label: LABEL[each] }))} />
        {precision !== 'DEFAULT' && precision !== 'TBD' && (
          <input
            className={styles['input']}
            aria-label={`${label}: ${LABEL[precision].toLowerCase()}`}
            aria-invalid={error !== null || undefined}
            data-invalid={error !== null || undefined}
            type={precision === 'MONTH' ? 'month' : precision === 'DAY' ? 'date' : 'datetime-local'}
            // Else browsers take years of six digits, and go on in the year where somebody meant to be done with it.
            max={LATEST[precision]}
            // Browsers without a control for months have a line of text instead.
            placeholder={precision === 'MONTH' ? '2026-12' : undefined}
            value={value === INCOMPLETE ? '' : precision === 'INSTANT' ? value.slice(0, MINUTES_LENGTH) : value}
            onChange={({ target }) =>
              onChange(target.value === '' ? INCOMPLETE : precision === 'INSTANT' ? `${target.value}Z` : target.value)
            }
          />
        )}
      </div>
    </Field>
  );
}

/** No date, and no default either: the API says so where it is sent. */
const INCOMPLETE = '-';
/** Of `2026-12-01T09:30`. */
const MINUTES_LENGTH = 16;

function precisionOf(value: string, hasDefault: boolean): Precision {
  if (value === '' && hasDefault) return 'DEFAULT';
  if (value.includes('T') && value !== 'TBD') return 'INSTANT';
  // Whatever year is being typed, the input must not become another under one's fingers.
  if (/^\d+-\d{2}-\d{2}$/.test(value)) return 'DAY';
  return /^\d/.test(value) ? 'MONTH' : value === INCOMPLETE ? 'DAY' : 'TBD';
}

/** What is known in both ways is kept. */
function convert(value: string, to: Precision): string {
  if (to === 'DEFAULT') return '';
  if (to === 'TBD') return 'TBD';
  const known = /^(\d{4}-\d{2})(-\d{2})?(T\d{2}:\d{2})?/.exec(value);
  if (!known) return INCOMPLETE;
  const [, month, day, time] = known;
  if (to === 'MONTH') return month!;
  return `${month}${day ?? '-01'}${to === 'INSTANT' ? `${time ?? 'T00:00'}Z` : ''}`;
}
