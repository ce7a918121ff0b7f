/** Mutations, with their refusals as values. */
import { type AnyVariables, type TypedDocumentNode, useMutation } from 'urql';
import { changeFault, type Fault, faultOf } from './errors.ts';

/** What came of a change: exactly one of the two is there. */
export type Outcome<Data> = { readonly data: Data; readonly fault: null } | { readonly data: null; readonly fault: Fault };

/** A change to be made from an event handler, and whether it is under way. */
export function useChange<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
): readonly [change: (variables: Variables) => Promise<Outcome<Data>>, busy: boolean] {
  const [{ fetching }, execute] = useMutation<Data, Variables>(document);
  const change = async (variables: Variables): Promise<Outcome<Data>> => {
    const { data, error } = await execute(variables);
    return error || !data ? { data: null, fault: error ? changeFault(faultOf(error)) : NO_ANSWER } : { data, fault: null };
  };
  return [change, fetching];
}

const NO_ANSWER: Fault = { code: 'INTERNAL', message: 'The answer was empty. Reload the page to see what was done.', details: {} };
