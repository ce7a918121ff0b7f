import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { DASHBOARD_NOT_BUILT } from './dashboard-build.ts';
import type { House } from './house.ts';
import { mailboxRoutes } from './email/mailbox/mailbox.routes.ts';
import { requireOwnLog } from './events/adoption.ts';
import { eventsRoutes } from './events/events.routes.ts';
import { flagsRoutes } from './flags/flags.routes.ts';
import { snapshotRoutes } from './flags/snapshot.routes.ts';
import { contextFactory } from './graphql/context.ts';
import { RESOLVERS } from './graphql/resolvers.ts';
import { buildGraphqlSchema } from './graphql/schema.ts';
import { createGraphqlServer } from './graphql/server.ts';
import { createHttpServer } from './http.ts';
import { dashboardPage, policyReportRoutes } from './http/dashboard-page.ts';
import { paidBy, type PayingCallers } from './http/budgets.ts';
import { clientAddress } from './http/client-address.ts';
import { tagged } from './http/entity-tag.ts';
import type { Route, Routes } from './http/route.ts';
import { metricsRoutes } from './metrics/metrics.routes.ts';
import { PAGE_LASTS_SECONDS } from './migrations/public-pages.ts';
import { LoginCookie } from './sessions/login-cookie.ts';
import { loginRoutes } from './sessions/login.routes.ts';
import { sessionsRoutes } from './sessions/sessions.routes.ts';
import { calendarRoutes } from './notifications/calendar/calendar.routes.ts';
import { rolloutAccountsRoutes } from './rollouts/rollout-accounts.routes.ts';
import { passwordResetRoutes } from './users/password-reset.routes.ts';
import { usersRoutes } from './users/users.routes.ts';

/** Of the 5 seconds a stop may take in all, what requests under way get. */
const DRAIN_MS = 3_000;
/** Where the build of the dashboard is. */
const DASHBOARD = fileURLToPath(new URL('../dist/dashboard', import.meta.url));
/** The public page may be a few seconds old: it is asked by crowds on the day of a deadline. */
const PAGE_CACHE = `public, max-age=${PAGE_LASTS_SECONDS}`;

/** Readers of feeds ask every few minutes at most, many of them at once. */
const FEED_CACHE = 'public, max-age=300';

/** What a request of the plain-HTTP side costs its key: as much as a field that is a look-up. */
const PLAIN_REQUEST_POINTS = 10;

/** An API at work. */
export interface Api {
  /** Where it listens. */
  readonly port: number;
  /** Takes no more requests, finishes those under way, closes sockets. */
  stop(): Promise<void>;
}

/**
 * Starts to serve GraphQL, its subscriptions, the public page and what the keepers of a process ask.
 *
 * @throws GracelineError PORT_IN_USE
 */
export async function startApi(house: House, log: Logger): Promise<Api> {
  const { config, wake, follower, sessions, sessionCookie, budgets } = house;
  const development = config.NODE_ENV !== 'production';
  const addressOf = clientAddress(config.TRUSTED_PROXIES);
  const graphql = await createGraphqlServer({
    schema: buildGraphqlSchema(RESOLVERS),
    authenticate: (authorization) => sessions.authenticate(authorization),
    authorizationOf: sessionCookie.authorizationOf,
    // Behind a proxy that asks us by another host our own pages would be strangers to it.
    allowedOrigins: config.PUBLIC_URL === undefined ? [] : [new URL(config.PUBLIC_URL).origin],
    createContext: contextFactory(house),
    turn: house.liveReads,
    introspection: config.INTROSPECTION === undefined ? development : config.INTROSPECTION === 'on',
    metering: { maxCost: config.MAX_QUERY_COST, budgets, addressOf },
    sockets: {
      sockets: config.MAX_SOCKETS,
      waiting: config.MAX_WAITING_SOCKETS,
      waitingPerAddress: config.MAX_WAITING_SOCKETS_PER_ADDRESS,
      operationsPerSecond: config.SOCKET_OPERATIONS_PER_SECOND,
    },
    landingPage: development,
    logger: log,
  });
  const { metrics, clock } = house;
  metrics?.showConnections(() => graphql.connections());
  metrics?.showFollower(() => follower.lagMs(clock.now()));
  metrics?.showPlatform(() => house.figures.read());
  const http = createHttpServer({
    graphql,
    routes: routesOf(house, log),
    fallback: dashboardPage(DASHBOARD),
    addressOf,
    ready: () => missing(house),
    tracing: house.tracing,
    onAnswered: metrics?.answered,
    logger: log,
  });
  await requireOwnLog(house.db);
  await wake.start();
  await follower.start();
  const port = await http.listen(config.HOST, config.PORT);
  log.info({ port }, 'API is serving');
  await access(join(DASHBOARD, 'index.html')).catch(() => log.warn({ code: 'DASHBOARD_NOT_BUILT' }, DASHBOARD_NOT_BUILT));
  return { port, stop: () => http.close(DRAIN_MS) };
}

function routesOf(house: House, log: Logger): Routes {
  const { PLATFORM_NAME: platform, PLATFORM_TIME_ZONE: timeZone, NODE_ENV } = house.config;
  const facts = { oidc: house.login !== null, platform, timeZone, development: NODE_ENV !== 'production' };
  const sessions = paying(house.sessions, house.budgets);
  const tokens = paying(house.tokens, house.budgets);
  return {
    ...pages(house),
    ...flagsRoutes(house),
    ...snapshotRoutes(house),
    ...eventsRoutes({ ...house, callers: sessions }),
    ...rolloutAccountsRoutes({ ...house, callers: sessions }),
    ...sessionsRoutes({ ...house, cookie: house.sessionCookie, facts }),
    ...loginRoutes({ ...house, loginCookie: new LoginCookie(house.publicUrl) }),
    ...policyReportRoutes(log),
    ...mailboxRoutes(house.mailbox, facts.development),
    ...usersRoutes({ ...house, callers: tokens }),
    ...calendarRoutes(house.calendarLinks),
    ...metricsRoutes(house.metrics, house.config.METRICS_TOKEN),
    ...passwordResetRoutes(house.passwordResets, house.config.PLATFORM_NAME),
  };
}

/** Plain requests are look-ups too, and paid for by the same keys; an export pays for each of its parts. */
function paying(who: Pick<House['tokens'], 'authenticate'>, budgets: House['budgets']): PayingCallers {
  return {
    authenticate: (authorization, client) => paidBy(budgets, PLAIN_REQUEST_POINTS, client, () => who.authenticate(authorization)),
  };
}

function pages({ publicPages, feed }: House): Routes {
  const page =
    (type: string, read: () => Promise<string>): Route =>
    async () => ({
      status: 200,
      headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': PAGE_CACHE },
      body: await read(),
    });
  return {
    'GET /migrations': page('text/html', () => publicPages.html()),
    'GET /migrations.md': page('text/markdown', () => publicPages.markdown()),
    'GET /migrations.atom': async (request) =>
      tagged(
        request,
        { 'cache-control': FEED_CACHE },
        {
          status: 200,
          headers: { 'content-type': 'application/atom+xml; charset=utf-8' },
          body: await feed.atom(),
        },
      ),
  };
}

/** What keeps the process from its work, a sentence each: the database, its schema, and workers that do not sweep. */
async function missing({ db, clock, config }: House): Promise<string[]> {
  try {
    const pending = await db.pendingDbMigrations();
    if (pending.length > 0) return [`Db migrations are pending: ${pending.join(', ')}.`];
    const oldest = new Date(clock.now().getTime() - 4_000 * config.SWEEP_INTERVAL_SECONDS);
    const fresh = await db.query(`select from sweep where name = 'advance-calendar' and finished_at >= $1`, [oldest]);
    return fresh.length > 0 ? [] : ['No worker has swept lately. Start one with `npm run start:worker`.'];
  } catch (error) {
    return [`The database does not answer: ${error instanceof Error ? error.message : String(error)}.`];
  }
}
