/** The dashboard as browsers load it: its page at `/` and at every address within it, its files, and what its policy reports. */
import type { Logger } from 'pino';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { html } from '../email/html.ts';
import { type BuiltFile, BuiltFiles, encodedFor } from './built-files.ts';
import { plainPage } from './plain-page.ts';
import type { RouteRequest, RouteResponse, Routes } from './route.ts';

const ENTRY = 'index.html';
/** What the build names by its content; all else keeps its name and may change. */
const ASSETS = 'assets/';
const YEAR_SECONDS = 31_536_000;
const REPORTS = '/csp-report';
/** A page that breaks its policy says so in every browser it is open in. */
const REPORTS_A_MINUTE = 20;
const MAX_REPORTED = 300;

/**
 * What the page may do. Script and style come from our own files alone. `connect-src 'self'` covers the socket, which has the
 * same host; pictures may be `data:` because small icons are built into the style.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  `report-uri ${REPORTS}`,
].join('; ');

/**
 * Answers what no route has: files of the build, and the page for whatever a person opens; null for all else.
 *
 * @param dir of the build, e.g. `dist/dashboard`
 */
export function dashboardPage(dir: string): (request: RouteRequest) => Promise<RouteResponse | null> {
  const files = new BuiltFiles(dir, ENTRY);
  return async ({ method, path, headers }) => {
    if (method !== 'GET' && method !== 'HEAD') return null;
    const file = await files.find(path.slice(1));
    if (file && path !== `/${ENTRY}`) return answer(file, headers, path.startsWith(`/${ASSETS}`));
    if (!isPage(path, headers.accept)) return null;
    const page = await files.current();
    return page ? answer(page, headers, false) : NOT_BUILT;
  };
}

/** Where browsers report what the policy of the page kept from happening. */
export function policyReportRoutes(log: Logger): Routes {
  const limiter = new RateLimiterMemory({ points: REPORTS_A_MINUTE, duration: 60 });
  return {
    [`POST ${REPORTS}`]: async ({ body }: RouteRequest) => {
      const noted = await limiter.consume('all').then(
        () => true,
        () => false,
      );
      if (noted) log.warn({ report: reportOf(body['csp-report']) }, 'The dashboard tried what its content security policy forbids');
      return { status: 204, headers: {}, body: '' };
    },
  };
}

/**
 * Whether an address is one within the dashboard. A name at the root that ends like a file is one that is missing; further down
 * it may be an account, whose id may hold a dot.
 */
function isPage(path: string, accept: string | undefined): boolean {
  if (path === '/') return true;
  return (accept ?? '').includes('text/html') && !path.startsWith(`/${ASSETS}`) && !/^\/[^/]*\.[^/]*$/.test(path);
}

function answer(file: BuiltFile, headers: RouteRequest['headers'], lasting: boolean): RouteResponse {
  const { body, encoding } = encodedFor(file, headers);
  const etag = `W/"${file.tag}"`;
  const sent = {
    'cache-control': lasting ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
    'content-security-policy': POLICY,
    etag,
    vary: 'accept-encoding',
  };
  if (headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return { status: 304, headers: sent, body: '' };
  return { status: 200, headers: { ...sent, 'content-type': file.type, ...(encoding && { 'content-encoding': encoding }) }, body };
}

/** Of what a browser says, or whoever says to be one: where, and what was refused. */
function reportOf(report: unknown): Record<string, string> {
  const given = typeof report === 'object' && report !== null ? (report as Record<string, unknown>) : {};
  const names = ['document-uri', 'effective-directive', 'violated-directive', 'blocked-uri', 'source-file', 'line-number'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = given[name];
      return typeof value === 'string' || typeof value === 'number' ? [[name, String(value).slice(0, MAX_REPORTED)]] : [];
    }),
  );
}

const NOT_BUILT: RouteResponse = {
  status: 503,
  headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  body: plainPage(
    'The dashboard is not built',
    html`<h1>The dashboard is not built</h1>
      <p>Run <code>npm ci</code> and <code>npm run build</code> with the packages of development, then open this page again.</p>
      <p>The <a href="/migrations">public page of migrations</a> is there without it.</p>`,
  ),
};
