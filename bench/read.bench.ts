import { loadavg } from 'node:os';
import { Database } from '../src/db/database.ts';
import { type Benchmark, type BenchmarkContext, type Figure, judged } from './benchmark.ts';
import type { Asked, Asking } from './check/asker.child.ts';
import { ACCOUNTS, p99, type Round } from './check/http.ts';
import { Child } from './fanout/child.ts';
import { costOf, medianOf, medianRatio, takeTurns } from './measure.ts';
import { requireSameData } from './read/answers.ts';
import { installPostgraphile, POSTGRAPHILE_ACCOUNT, POSTGRAPHILE_MIGRATIONS } from './read/postgraphile.ts';
import { POSTGRAPHILE_FUNCTIONS } from './read/statements.ts';
import { ACCOUNT_PAGE, fillReads, MIGRATIONS, PAGE_SIZE } from './read/world.ts';

const REQUESTS_A_ROUND = Number(process.env['BENCH_READS'] ?? 2_000);
const ROUNDS = 5;
const CONNECTIONS = 16;
const POOL = '10';
/** No dearer, within what two runs of the same differ. */
const MOST_OF_BARE = 1.05;
const LEAST_OF_PEER = 3;
const BARE = 'bare node:http with a prepared statement';
const PEER = 'PostGraphile 5';

/** Reads of the API through GraphQL, against what answers nothing else, and against a GraphQL server made of the same tables. */
export const read: Benchmark = {
  name: 'read',
  describe: 'The account page and the list of migrations by GraphQL, against bare node:http with a prepared statement and PostGraphile 5.',
  run: async ({ databaseUrl, log }: BenchmarkContext) => {
    const folder = await installPostgraphile(log);
    const token = await fillReads(databaseUrl);
    const db = await Database.connect(databaseUrl, 2);
    await db.query(POSTGRAPHILE_FUNCTIONS);
    const environment = { DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: POOL, NODE_ENV: 'production' };
    const started: Child[] = [];
    const start = async (starting: Promise<Child>) => {
      const child = await starting;
      started.push(child);
      return child;
    };
    try {
      const unbounded = { PORT: '0', RATE_LIMIT_POINTS: '1000000000' };
      const ours = await start(Child.startGraceline({ ...environment, ...unbounded }));
      const bare = await start(Child.start('../read/bare.child.ts', [], environment));
      const peer = await start(Child.start('../read/postgraphile.child.ts', [folder], { ...environment, GRAPHILE_ENV: 'production' }));
      const asker = await start(Child.start('../check/asker.child.ts', []));
      const pages = await pagesOf(token, ours, bare, peer);
      await requireSameData(Object.values(pages.account), Object.values(pages.list));
      const turn = (server: Child, page: Page) => () => round(db, server, asker, page);
      const rounds = await takeTurns(ROUNDS, {
        account: turn(ours, pages.account.ours),
        bareAccount: turn(bare, pages.account.bare),
        peerAccount: turn(peer, pages.account.peer),
        list: turn(ours, pages.list.ours),
        bareList: turn(bare, pages.list.bare),
        peerList: turn(peer, pages.list.peer),
      });
      log(`${ACCOUNTS.length} accounts, ${PAGE_SIZE} migrations, ${CONNECTIONS} connections; load ${loadavg()[0]!.toFixed(1)}`);
      const { account, bareAccount, peerAccount, list, bareList, peerList } = rounds;
      return [
        ...figures('the account page', account, bareAccount, peerAccount),
        ...figures('the list of migrations', list, bareList, peerList),
      ];
    } finally {
      await Promise.all(started.map((child) => child.close()));
      await db.close();
    }
  },
};

/** What is posted for a page. */
type Page = Pick<Asking, 'url' | 'authorization' | 'bodies'>;
type Pages = Record<'account' | 'list', Record<'ours' | 'bare' | 'peer', Page>>;

async function pagesOf(token: string, ...servers: [ours: Child, bare: Child, peer: Child]): Promise<Pages> {
  const [ours, bare, peer] = await Promise.all(servers.map(async (server) => `http://127.0.0.1:${await server.ask<number>('port')}`));
  const authorization = `Bearer ${token}`;
  const documents = (url: string, query: string, variables: readonly object[]): Page => {
    return { url: `${url}/graphql`, authorization, bodies: variables.map((one) => JSON.stringify({ query, variables: one })) };
  };
  const plain = (url: string, inputs: readonly object[]): Page => ({
    url,
    authorization,
    bodies: inputs.map((one) => JSON.stringify(one)),
  });
  const ids = ACCOUNTS.map((id) => ({ id }));
  const first = [{ first: PAGE_SIZE }];
  return {
    account: {
      ours: documents(ours!, ACCOUNT_PAGE, ids),
      bare: plain(`${bare}/account`, ids),
      peer: documents(peer!, POSTGRAPHILE_ACCOUNT, ids),
    },
    list: {
      ours: documents(ours!, MIGRATIONS, first),
      bare: plain(`${bare}/migrations`, first),
      peer: documents(peer!, POSTGRAPHILE_MIGRATIONS, first),
    },
  };
}

interface ReadRound extends Round {
  /** CPU of PostgreSQL, in µs a request; null where the machine does not tell, or a process of it ended meanwhile. */
  readonly postgresUs: number | null;
}

async function round(db: Database, server: Child, asker: Child, page: Page): Promise<ReadRound> {
  const asking = { ...page, connections: CONNECTIONS, requests: REQUESTS_A_ROUND };
  // Its pool let go of connections while others had their turn; whose process is new has no CPU to compare with.
  await asker.ask('ask', { ...asking, requests: 10 * CONNECTIONS });
  const before = await server.ask<number>('cpuUs');
  let asked: Asked | undefined;
  const { serverCpuUs } = await costOf(db, REQUESTS_A_ROUND, async () => (asked = await asker.ask<Asked>('ask', asking)));
  const after = await server.ask<number>('cpuUs');
  const { elapsedMs, latenciesMs } = asked!;
  const rate = (REQUESTS_A_ROUND / elapsedMs) * 1_000;
  return { cpuUs: (after - before) / REQUESTS_A_ROUND, rate, latenciesMs, postgresUs: serverCpuUs };
}

function figures(page: string, ours: ReadRound[], bare: ReadRound[], peer: ReadRound[]): Figure[] {
  const cpu = ({ cpuUs }: Round) => cpuUs;
  const beside = (name: string, unit: string, pick: (rounds: ReadRound[]) => number, holder: [string, ReadRound[]]): Figure => {
    const [value, peerValue] = [pick(ours), pick(holder[1])];
    return { name, value, unit, peer: holder[0], peerValue, ...judged(value / peerValue) };
  };
  const rate = (rounds: ReadRound[]) => medianOf(rounds, (taken) => taken.rate);
  const both = (rounds: ReadRound[]) => {
    const told = rounds.filter(({ postgresUs }) => postgresUs !== null);
    return told.length > 0 ? medianOf(told, ({ cpuUs, postgresUs }) => cpuUs + postgresUs!) : Number.NaN;
  };
  const own = (rounds: ReadRound[]) => medianOf(rounds, cpu);
  return [
    { ...beside(`CPU of ${page}`, 'µs', own, [BARE, bare]), ...judged(medianRatio(ours, bare, cpu), { atMost: MOST_OF_BARE }) },
    {
      ...beside(`times cheaper, CPU of ${page}`, 'µs', own, [PEER, peer]),
      ...judged(medianRatio(peer, ours, cpu), { atLeast: LEAST_OF_PEER }),
    },
    ...[
      beside(`CPU of ${page}, PostgreSQL's included`, 'µs', both, [BARE, bare]),
      beside(`CPU of ${page}, PostgreSQL's included`, 'µs', both, [PEER, peer]),
    ].filter(({ ratio }) => !Number.isNaN(ratio)),
    beside(`${page}, a second`, '/s', rate, [BARE, bare]),
    beside(`${page}, a second`, '/s', rate, [PEER, peer]),
    beside(`p99 of ${page}`, 'ms', p99, [BARE, bare]),
    beside(`p99 of ${page}`, 'ms', p99, [PEER, peer]),
  ];
}
