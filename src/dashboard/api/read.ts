/** Reading for a page: what to show while nothing is there yet, when it fails, and how it heals. */
import { useCallback, useEffect, useEffectEvent, useMemo, useRef } from 'react';
import { type AnyVariables, type TypedDocumentNode, useQuery } from 'urql';
import { type Fault, faultOf, isUnreachable } from './errors.ts';
import { useHealing } from './healing.ts';
import { useConnectionState } from './live.ts';

/** Changes come in bursts, e.g. of a bulk opt-in; one more read shows them all. In ms. */
const GATHER_MS = 150;

/** What a page has of a query. */
export interface Reading<Data> {
  /** The last answer, which stays while it is read again; undefined before the first. */
  readonly data: Data | undefined;
  /** Why there is none, or why the last one may be out of date. */
  readonly fault: Fault | null;
  /** Whether the first answer is still to come. */
  readonly loading: boolean;
  /** Reads again soon; several calls in a row are one. Stable, so that it can be handed to {@link useLive}. */
  readonly reread: () => void;
}

/** How a query is read beside the usual. */
interface ReadOptions {
  /** Not yet: something it needs is missing. */
  readonly pause?: boolean;
  /** Types it depends on although its answer names none: a change of one reads it again. */
  readonly typenames?: readonly string[];
}

/** Reads while the component is shown. What failed for want of a connection is read again as soon as there is one, and every now and then. */
export function useRead<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { pause = false, typenames }: ReadOptions = {},
): Reading<Data> {
  const types = typenames?.join();
  const context = useMemo(() => (types === undefined ? {} : { additionalTypenames: types.split(',') }), [types]);
  const [result, execute] = useQuery<Data>({ query, variables, pause, context });
  const fault = result.error ? faultOf(result.error) : null;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const read = useEffectEvent(() => execute({ requestPolicy: 'network-only' }));
  const state = useConnectionState();
  const heal = useEffectEvent(() => {
    if (fault && isUnreachable(fault)) read();
  });
  useEffect(() => {
    if (state === 'LIVE') heal();
  }, [state]);
  useHealing(fault, () => execute({ requestPolicy: 'network-only' }));
  useEffect(() => () => clearTimeout(timer.current), []);
  const reread = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => execute({ requestPolicy: 'network-only' }), GATHER_MS);
  }, [execute]);
  return { data: result.data ?? undefined, fault, loading: result.fetching && !result.data, reread };
}
