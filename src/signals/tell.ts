/**
 * Tells of a failure that no request must feel: the one who asked to be told, or else the process, as a warning. What the one who
 * was told throws is a warning too.
 */
export function tell(onError: ((error: unknown) => void) | undefined, error: unknown): void {
  try {
    if (onError) return onError(error);
    warn(error);
  } catch (failure) {
    warn(failure);
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
