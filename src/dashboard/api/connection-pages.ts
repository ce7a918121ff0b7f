/** Long lists, a page at a time: what has been read stays while more is read behind it. */
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { type AnyVariables, type TypedDocumentNode, useClient } from 'urql';
import { type Fault, faultOf, isUnreachable } from './errors.ts';
import { useConnectionState } from './live.ts';

/** A page as the API gives it. */
export interface ConnectionPage<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** What a page of the dashboard has of a long list. */
export interface Listing<Node> {
  /** In the order of the list; undefined before the first page of it came. */
  readonly nodes: readonly Node[] | undefined;
  readonly fault: Fault | null;
  readonly hasMore: boolean;
  /** Whether something is being read. */
  readonly busy: boolean;
  /** Reads the next page. */
  readonly more: () => void;
  /** Reads everything shown so far anew. */
  readonly reread: () => void;
}

interface State<Node> {
  /** To which list it belongs: that of other variables is not shown. */
  readonly key: string;
  readonly pages: readonly ConnectionPage<Node>[];
  readonly fault: Fault | null;
  readonly busy: boolean;
}

/**
 * Reads a list while the component is shown, beginning anew where the variables change.
 *
 * @param variables of the document but `after`; compared by their JSON
 * @param pick the list in an answer
 */
export function useListing<Data, Variables extends AnyVariables & { after?: string | null }, Node>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, 'after'>,
  pick: (data: Data) => ConnectionPage<Node>,
): Listing<Node> {
  const client = useClient();
  const key = JSON.stringify(variables);
  const [state, setState] = useState<State<Node>>({ key, pages: [], fault: null, busy: true });
  const turn = useRef(0);
  const readPages = useEffectEvent(async (kept: readonly ConnectionPage<Node>[], upTo: number) => {
    const mine = ++turn.current;
    setState((before) => ({ key, pages: before.key === key ? before.pages : [], fault: null, busy: true }));
    const pages = [...kept];
    while (pages.length < upTo) {
      const last = pages.at(-1);
      if (last && !last.pageInfo.hasNextPage) break;
      const asked = { ...variables, after: last?.pageInfo.endCursor ?? null } as unknown as Variables;
      // Each page stands behind the one before.
      // oxlint-disable-next-line no-await-in-loop
      const { data, error } = await client.query(document, asked, { requestPolicy: 'network-only' }).toPromise();
      if (turn.current !== mine) return;
      if (error || !data) return setState((before) => ({ ...before, fault: error ? faultOf(error) : null, busy: false }));
      pages.push(pick(data));
    }
    setState({ key, pages, fault: null, busy: false });
  });
  useEffect(() => void readPages([], 1), [key, client, document]);
  const connection = useConnectionState();
  const heal = useEffectEvent(() => {
    if (state.fault && isUnreachable(state.fault)) void readPages([], Math.max(1, state.pages.length));
  });
  useEffect(() => {
    if (connection === 'LIVE') heal();
  }, [connection]);
  const [asked, setAsked] = useState<{ readonly what: 'more' | 'reread' } | null>(null);
  const answer = useEffectEvent((what: 'more' | 'reread') =>
    what === 'more' ? readPages(state.pages, state.pages.length + 1) : readPages([], Math.max(1, state.pages.length)),
  );
  useEffect(() => {
    if (asked) void answer(asked.what);
  }, [asked]);
  const more = useCallback(() => setAsked({ what: 'more' }), []);
  const reread = useCallback(() => setAsked({ what: 'reread' }), []);
  const pages = state.key === key ? state.pages : [];
  return {
    nodes: pages.length > 0 ? pages.flatMap(({ edges }) => edges.map(({ node }) => node)) : undefined,
    fault: state.fault,
    hasMore: pages.at(-1)?.pageInfo.hasNextPage ?? false,
    busy: state.busy,
    more,
    reread,
  };
}
