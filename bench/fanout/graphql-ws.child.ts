/**
 * The peer: graphql-ws as it comes, on the same kind of message. Its resolvers have everything in memory, so that what it is
 * measured by is the transport alone.
 */
import { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { createSource } from '../../test/support/source.ts';
import { answering } from './child.ts';

const schema: GraphQLSchema = buildSchema(`
  type Query { nothing: Boolean }
  type Subscription { accountMigrationChanged(after: String): Change! }
  type Change { cursor: String! type: String! accountMigration: AccountMigration! }
  type AccountMigration { account: Account! migration: Migration! state: State! }
  type Account { id: ID! }
  type Migration { key: ID! }
  type State { enabled: Boolean! reason: String! since: String }
`);
const bus = new EventEmitter().setMaxListeners(0);
schema.getSubscriptionType()!.getFields()['accountMigrationChanged']!.subscribe = () =>
  createSource((push) => {
    bus.on('change', push);
    return () => bus.off('change', push);
  });

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/graphql', perMessageDeflate: false });
useServer({ schema }, server);
server.on('listening', () =>
  answering(null, {
    port: () => (server.address() as AddressInfo).port,
    publish: (changes: readonly unknown[]) => {
      for (const change of changes) bus.emit('change', { accountMigrationChanged: change });
    },
  }),
);
