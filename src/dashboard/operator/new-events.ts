/** What has been added to the log since a list of it was read. */
import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { EventsSinceQueryVariables } from '../../../schema/generated/dashboard-operator.ts';
import {
  AnyDecisionDocument,
  CatalogueMigrationChangedDocument,
  EventsSinceDocument,
} from '../../../schema/generated/dashboard-operator.ts';
import { LogCursorDocument } from '../../../schema/generated/dashboard.ts';
import { useLive } from '../api/live.ts';
import { useEvery, useGathered } from '../api/timing.ts';

/** Subscriptions tell of migrations and accounts at once; of the rest, such as tokens, nothing does. In ms. */
const LOOK_EVERY_MS = 5_000;
const GATHER_MS = 500;

interface NewEvents {
  readonly count: number;
  /** Whether there are more than were counted. */
  readonly isMore: boolean;
  /** Shows them. */
  readonly show: () => void;
}

/**
 * Counts new events, and leaves it to the reader when they move what is read.
 *
 * @param filter of the list; compared by its JSON
 * @param reread reads the list anew
 */
export function useNewEvents(filter: Omit<EventsSinceQueryVariables, 'after'>, reread: () => void): NewEvents {
  const client = useClient();
  const key = JSON.stringify(filter);
  const [shown, setShown] = useState(0);
  const list = `${shown} ${key}`;
  /** The end of the log when a list was read, null until it is known. */
  const end = useRef<{ readonly of: string; readonly cursor: string } | null>(null);
  const [found, setFound] = useState({ list, count: 0, isMore: false });
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = async () => {
      const { data } = await client.query(LogCursorDocument, {}, { requestPolicy: 'network-only' }).toPromise();
      if (isOver) return;
      if (data) end.current = { of: list, cursor: data.logCursor };
      else timer = setTimeout(() => void begin(), LOOK_EVERY_MS);
    };
    void begin();
    return () => {
      isOver = true;
      clearTimeout(timer);
      end.current = null;
    };
  }, [client, list]);
  const look = async () => {
    const begun = end.current;
    if (begun?.of !== list) return;
    const after = begun.cursor;
    const { data } = await client.query(EventsSinceDocument, { ...filter, after }, { requestPolicy: 'network-only' }).toPromise();
    // Meanwhile the list may have been read again.
    if (data && end.current === begun) setFound({ list, count: data.events.edges.length, isMore: data.events.pageInfo.hasNextPage });
  };
  const soon = useGathered(() => void look(), GATHER_MS);
  useEvery(() => void look(), LOOK_EVERY_MS);
  useLive(CatalogueMigrationChangedDocument, {}, { onMessage: soon, reread: soon });
  useLive(AnyDecisionDocument, {}, { onMessage: soon, reread: soon });
  const show = () => {
    setShown((times) => times + 1);
    reread();
  };
  return found.list === list ? { ...found, show } : { count: 0, isMore: false, show };
}
