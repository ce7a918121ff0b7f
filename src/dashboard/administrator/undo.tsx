/** Whether opting in can be taken back. */
import { Instant } from '../format/time.tsx';

interface UndoProps {
  readonly reversible: boolean;
  /** Until when; null while that is not known. */
  readonly deadline: string | null;
}

/** A sentence for confirmations. */
export function Undo({ reversible, deadline }: UndoProps) {
  if (!reversible)
    return (
      <p>
        <strong>This cannot be undone.</strong>
      </p>
    );
  return (
    <p>
      You can opt out again{' '}
      {deadline === null ? (
        'until it becomes mandatory'
      ) : (
        <>
          until <Instant instant={deadline} />
        </>
      )}
      .
    </p>
  );
}
