/** Collects what is wrong with a draft, where the change itself would be refused for the first fault. */
import { type ErrorCode, GracelineError } from '../errors.ts';

/** What is wrong with a draft, and what to do about it. */
export interface InputProblem {
  /** The field it is about; null where it is about all of it. */
  readonly field: string | null;
  /** The line in it, counted from 1; null for other fields than the description. */
  readonly line: number | null;
  readonly code: ErrorCode;
  /** For people. */
  readonly message: string;
}

/** The problems of one draft, in the order they are found. */
export class InputProblems {
  private readonly found: InputProblem[] = [];

  get all(): readonly InputProblem[] {
    return this.found;
  }

  /** Notes a problem that no check throws. */
  add(code: ErrorCode, message: string, field: string | null, line: number | null = null): void {
    this.found.push({ field, line, code, message });
  }

  /**
   * The outcome of a check; null where it refuses, which is noted.
   *
   * @param field where the refusal names none
   * @throws whatever is no expected failure
   */
  try<T>(check: () => T, field: string | null = null): T | null {
    try {
      return check();
    } catch (error) {
      return this.note(error, field);
    }
  }

  /** As {@link try}, for a check that looks something up. */
  async tryAsync<T>(check: () => Promise<T>, field: string | null = null): Promise<T | null> {
    try {
      return await check();
    } catch (error) {
      return this.note(error, field);
    }
  }

  private note(error: unknown, field: string | null): null {
    if (!(error instanceof GracelineError)) throw error;
    const named = error.details['field'];
    this.add(error.code, error.message, typeof named === 'string' ? named : field);
    return null;
  }
}
