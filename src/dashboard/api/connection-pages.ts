/** Long lists, a page at a time: what has been read stays while more is read behind it. */
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { type AnyVariables, type Client, type TypedDocumentNode, useClient } from 'urql';
import { type Fault, faultOf, isUnreachable } from './errors.ts';
import { useHealing } from './healing.ts';
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
  /** Reads the next page. Stable, as is {@link reread}. */
  readonly more: () => void;
  /** Reads everything shown so far anew; several calls in a row are one. */
  readonly reread: () => void;
}

/** The part of a {@link Listing} that changes. */
type Shown<Node> = Pick<Listing<Node>, 'nodes' | 'fault' | 'hasMore' | 'busy'>;

/** What was read of a list. */
interface Stretch<Node> {
  readonly nodes: readonly Node[];
  readonly pages: number;
  /** Behind which it goes on; null at its beginning. */
  readonly after: string | null;
  readonly hasMore: boolean;
}

/** Reads the next page of a list; `after` is null for the first. */
type ReadPage<Node> = (after: string | null) => Promise<ConnectionPage<Node> | Fault>;

const NOTHING: Stretch<never> = { nodes: [], pages: 0, after: null, hasMore: true };
/** As of a query: changes come in bursts. In ms. */
const GATHER_MS = 150;

/**
 * Reads a list while the component is shown, beginning anew where the variables change.
 *
 * @param variables of the document but `after`; compared by their JSON
 * @param pick the list in an answer; a function that stays the same, made outside of the component
 */
export function useListing<Data, Variables extends AnyVariables & { after?: string | null }, Node>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, 'after'>,
  pick: (data: Data) => ConnectionPage<Node>,
): Listing<Node> {
  const client = useClient();
  const key = JSON.stringify(variables);
  const pages = useMemo(() => new Pages(pageReader(client, document, key, pick)), [client, document, key, pick]);
  useEffect(() => {
    pages.open();
    return () => pages.close();
  }, [pages]);
  const connection = useConnectionState();
  useEffect(() => {
    if (connection === 'LIVE') pages.heal();
  }, [connection, pages]);
  const shown = useSyncExternalStore(pages.listen, pages.read);
  useHealing(shown.fault, pages.heal);
  return { ...shown, more: pages.more, reread: pages.reread };
}

function pageReader<Data, Variables extends AnyVariables & { after?: string | null }, Node>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  key: string,
  pick: (data: Data) => ConnectionPage<Node>,
): ReadPage<Node> {
  return async (after) => {
    const variables = { ...(JSON.parse(key) as object), after } as unknown as Variables;
    const { data, error } = await client.query(document, variables, { requestPolicy: 'network-only' }).toPromise();
    if (error) return faultOf(error);
    return data ? pick(data) : { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
  };
}

/** As much of one list as has been read. */
class Pages<Node> {
  private readonly listeners = new Set<() => void>();
  private stretch: Stretch<Node> = NOTHING;
  private shown: Shown<Node> = { nodes: undefined, fault: null, hasMore: false, busy: true };
  /** Of the last reading: one before it that answers later is too late. */
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly readPage: ReadPage<Node>) {}

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): Shown<Node> => this.shown;

  readonly more = (): void => {
    if (!this.shown.busy) void this.readUpTo(this.stretch, this.stretch.pages + 1);
  };

  readonly reread = (): void => {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.readUpTo(NOTHING, Math.max(1, this.stretch.pages)), GATHER_MS);
  };

  /** Begins to read, also again after it was closed. */
  open(): void {
    void this.readUpTo(this.stretch, 1);
  }

  /** What is still read is for nobody. */
  close(): void {
    clearTimeout(this.timer);
    this.turn++;
  }

  /** Reads again what failed for want of a connection. */
  readonly heal = (): void => {
    if (this.isAway()) this.reread();
  };

  /** Each page stands behind the one before, so they are read one after the other. */
  private async readUpTo(kept: Stretch<Node>, count: number): Promise<void> {
    const mine = ++this.turn;
    // A fault that is tried again by itself is not said anew each time.
    this.show({ ...this.shown, fault: this.isAway() ? this.shown.fault : null, busy: true });
    let stretch = kept;
    while (stretch.hasMore && stretch.pages < count) {
      const page = await this.readPage(stretch.after);
      if (this.turn !== mine) return;
      if ('code' in page) return this.show({ ...this.shown, fault: page, busy: false });
      stretch = longer(stretch, page);
    }
    this.stretch = stretch;
    this.show({ nodes: stretch.nodes, fault: null, hasMore: stretch.hasMore, busy: false });
  }

  private isAway(): boolean {
    return this.shown.fault !== null && isUnreachable(this.shown.fault);
  }

  private show(shown: Shown<Node>): void {
    this.shown = shown;
    for (const listener of this.listeners) listener();
  }
}

/** Copies references alone: it is done for each page of a list that may be very long. */
function longer<Node>({ nodes, pages }: Stretch<Node>, { edges, pageInfo }: ConnectionPage<Node>): Stretch<Node> {
  const more = edges.map(({ node }) => node);
  return { nodes: nodes.concat(more), pages: pages + 1, after: pageInfo.endCursor, hasMore: pageInfo.hasNextPage };
}
