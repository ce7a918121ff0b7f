/** PostGraphile 5 with its usual preset, as its documentation has it in production: nothing but `/graphql`. */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { answering } from '../fanout/child.ts';

/** What of its packages is used. */
interface Postgraphile {
  readonly postgraphile: (preset: object) => { createServ(grafserv: unknown): { addTo(server: unknown): Promise<void> } };
}

// It warns at length of the types of columns that nobody asks for.
console.warn = () => undefined;
const [folder = ''] = process.argv.slice(2);
// Its own packages are CommonJS, found from its folder.
const required = createRequire(join(folder, 'package.json'));
const { postgraphile } = required('postgraphile') as Postgraphile;
const { PostGraphileAmberPreset } = required('postgraphile/presets/amber') as { PostGraphileAmberPreset: object };
const { makePgService } = required('postgraphile/adaptors/pg') as { makePgService: (options: object) => object };
const { grafserv } = required('postgraphile/grafserv/node') as { grafserv: unknown };

const serv = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env['DATABASE_URL'],
      schemas: ['public'],
      poolConfig: { max: Number(process.env['DATABASE_POOL_SIZE']) },
    }),
  ],
  grafserv: { graphiql: false, websockets: false, watch: false, graphqlPath: '/graphql' },
  grafast: { explain: false },
}).createServ(grafserv);
const server = createServer();
await serv.addTo(server);
server.listen(0, '127.0.0.1', () => answering(null, { port: () => (server.address() as AddressInfo).port }));
