import { GracelineError } from '../errors.ts';

/** The most characters of a search: longer than any name is nobody's. */
const MAX_SEARCH = 200;

/**
 * Refuses a search nobody can mean, and one that PostgreSQL would refuse to look for.
 *
 * @throws GracelineError INVALID_INPUT that names the field
 */
export function checkSearch(search: string | null | undefined): void {
  if ((search?.length ?? 0) > MAX_SEARCH)
    throw new GracelineError('INVALID_INPUT', `The search has ${search!.length} characters; give at most ${MAX_SEARCH}.`, {
      field: 'search',
      limit: MAX_SEARCH,
    });
  if (search?.includes('\0'))
    throw new GracelineError('INVALID_INPUT', 'The search holds a NUL character. Remove it.', { field: 'search' });
}
