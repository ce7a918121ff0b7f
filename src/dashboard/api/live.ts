/** Hooks over the {@link LiveConnection} of the session. */
import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import type { TypedDocumentNode } from 'urql';
import type { ConnectionState, LiveConnection, LiveHandlers, LiveMessage } from './live-connection.ts';

/** Holds the connection of the session; pages are shown inside of it only. */
export const LiveContext = createContext<LiveConnection | null>(null);

function useConnection(): LiveConnection {
  const connection = useContext(LiveContext);
  if (!connection) throw new Error('There is no live connection outside of a session.');
  return connection;
}

/**
 * Subscribes while the component is shown. Messages come in order and once each, also over a lost connection.
 *
 * @param variables of the document but `after`; compared by their JSON, so they may be made anew at each render
 * @returns the state of the connection
 */
export function useLive<Message extends LiveMessage, Variables extends { after?: string | null }>(
  document: TypedDocumentNode<Message, Variables>,
  variables: Omit<Variables, 'after'>,
  handlers: LiveHandlers<Message>,
): ConnectionState {
  const connection = useConnection();
  const onMessage = useEffectEvent((message: Message) => handlers.onMessage(message));
  const reread = useEffectEvent(() => handlers.reread());
  const key = JSON.stringify(variables);
  useEffect(() => connection.watch(document, JSON.parse(key) as typeof variables, { onMessage, reread }), [connection, document, key]);
  return useConnectionState();
}

/** How the socket stands, as it changes. */
export function useConnectionState(): ConnectionState {
  const connection = useConnection();
  return useSyncExternalStore(
    (listener) => connection.listen(listener),
    () => connection.state,
  );
}
