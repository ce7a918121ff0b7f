import type { IncomingHttpHeaders } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';
import { authorizationOfSession, pageOriginOf, requireOwnPage } from './session.rules.ts';

/** What of a request says who makes it. */
export interface AuthorizedRequest {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/**
 * The cookie of a session, and what it is worth.
 *
 * It is `SameSite=Strict`: what opens a link in a mail, or comes back from the issuer, is the page alone, which needs no cookie;
 * the page then asks for itself, and is of the same site. Over https it has the prefix `__Host-`, so that no other host, a
 * subdomain included, can set it.
 */
export class SessionCookie {
  private readonly secure: boolean;
  private readonly name: string;

  /** @param publicUrl where people reach us */
  constructor(private readonly publicUrl: string) {
    this.secure = new URL(publicUrl).protocol === 'https:';
    this.name = this.secure ? '__Host-graceline_session' : 'graceline_session';
  }

  /** The id of a session that came with a request; null where none did. */
  idOf(headers: IncomingHttpHeaders): string | null {
    return parseCookie(headers.cookie ?? '')[this.name] ?? null;
  }

  /**
   * What a request is to be authenticated by: its `Authorization` header, else its session; undefined where it has neither.
   *
   * @throws GracelineError FORBIDDEN for a session that a page of somebody else sends along, or that changes something unseen
   */
  readonly authorizationOf = ({ method = 'GET', headers }: AuthorizedRequest): string | undefined => {
    if (headers.authorization !== undefined) return headers.authorization;
    const id = this.idOf(headers);
    if (id === null) return undefined;
    requireOwnPage(pageOriginOf(headers, this.publicUrl), method);
    return authorizationOfSession(id);
  };

  /** The header `set-cookie` of a session that has begun. @param seconds how long it lasts */
  setting(id: string, seconds: number): string {
    return this.cookie(id, seconds);
  }

  /** The header `set-cookie` that takes it away. */
  clearing(): string {
    return this.cookie('', 0);
  }

  private cookie(value: string, maxAge: number): string {
    return stringifySetCookie({ name: this.name, value, maxAge, path: '/', httpOnly: true, sameSite: 'strict', secure: this.secure });
  }
}
