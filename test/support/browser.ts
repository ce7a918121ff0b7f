/** A browser as far as sessions go: it keeps cookies and says of each request which page it comes from. */
import { parseSetCookie } from 'cookie';

/** What page the browser is on. */
export interface BrowserPage {
  /** As `Origin` has it; that of the service unless told. */
  readonly origin?: string;
  /** As `Sec-Fetch-Site` has it; `undefined` for a browser that does not say. */
  readonly fetchSite?: string | undefined;
}

/** What a page asks for, its headers by name. */
export interface PageRequest extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

/** See the top of this file. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** Every `set-cookie` so far. */
  readonly setCookies: string[] = [];
  private readonly pageHeaders: Record<string, string>;

  constructor(
    readonly url: string,
    page: BrowserPage = {},
  ) {
    const fetchSite = 'fetchSite' in page ? page.fetchSite : 'same-origin';
    this.pageHeaders = { origin: page.origin ?? url, ...(fetchSite !== undefined && { 'sec-fetch-site': fetchSite }) };
  }

  /** Pastes a token. */
  signIn(token: string): Promise<Response> {
    return this.fetch('/session', { method: 'POST', body: JSON.stringify({ token }), headers: { 'content-type': 'application/json' } });
  }

  /** Sends an operation. */
  post(query: string): Promise<Response> {
    return this.fetch('/graphql', { method: 'POST', body: JSON.stringify({ query }), headers: { 'content-type': 'application/json' } });
  }

  /** The answer to an operation. */
  async ask(query: string): Promise<unknown> {
    return (await this.post(query)).json();
  }

  /** A request of the page. Redirects are given, not followed. */
  fetch(path: string, init: PageRequest = {}): Promise<Response> {
    return this.raw(path, { ...init, headers: { ...this.pageHeaders, ...init.headers } });
  }

  /** A request that says only what it is given, and the cookies. */
  async raw(path: string, init: PageRequest = {}): Promise<Response> {
    const cookie = this.cookieHeader();
    const headers = { ...(cookie && { cookie }), ...init.headers };
    const response = await fetch(new URL(path, this.url), { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) this.keep(line);
    return response;
  }

  /** All cookies, as the header has them. */
  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  private keep(line: string): void {
    this.setCookies.push(line);
    const { name, value, maxAge } = parseSetCookie(line);
    if (maxAge === 0) this.cookies.delete(name);
    else this.cookies.set(name, value ?? '');
  }
}
