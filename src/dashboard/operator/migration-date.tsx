/** A date of a migration as far as it is known, and how far away it is. */
import { formatPartial } from '../format/dates.ts';
import { useTimeZone } from '../format/time-zone.ts';
import { Distance, Instant } from '../format/time.tsx';

interface MigrationDateProps {
  /** As the API has it: `TBD`, a month, a day or an instant. */
  readonly partial: string;
  /** When it takes effect; null while that is unknown. */
  readonly instant: string | null;
  /** Whether it is still ahead of something: says how far. */
  readonly isOpen?: boolean;
}

/** `Sat, 12 Dec 2026, 00:00 in 16 days`. */
export function MigrationDate({ partial, instant, isOpen = false }: MigrationDateProps) {
  const timeZone = useTimeZone();
  if (instant === null) return <span className={partial === 'TBD' ? 'soft' : undefined}>{formatPartial(partial, null, timeZone)}</span>;
  return (
    <>
      <Instant instant={instant} />
      {isOpen && (
        <>
          {' '}
          <strong>
            <Distance instant={instant} />
          </strong>
        </>
      )}
    </>
  );
}
