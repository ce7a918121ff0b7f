import type { IncomingHttpHeaders } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';
import { z } from 'zod';
import type { LoginChecks } from './issuer-login.provider.ts';

/** Long enough to look for a second factor. */
const LASTS_SECONDS = 600;

const schema = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), to: z.string() });

/** A sign-in under way. */
export interface LoginUnderWay extends LoginChecks {
  /** The path of ours to go to afterwards. */
  readonly to: string;
}

/**
 * Keeps a sign-in under way in the browser that began it, and nowhere else: what comes back in another browser was begun by
 * somebody else. `SameSite=Lax`, because it is the issuer that sends people back.
 */
export class LoginCookie {
  private readonly secure: boolean;
  private readonly name: string;

  /** @param publicUrl where people reach us */
  constructor(publicUrl: string) {
    this.secure = new URL(publicUrl).protocol === 'https:';
    this.name = this.secure ? '__Host-graceline_login' : 'graceline_login';
  }

  /** The sign-in that was begun in a browser; null for none. */
  read(headers: IncomingHttpHeaders): LoginUnderWay | null {
    const value = parseCookie(headers.cookie ?? '')[this.name];
    try {
      return schema.parse(JSON.parse(Buffer.from(value ?? '', 'base64url').toString()));
    } catch {
      return null;
    }
  }

  /** The header `set-cookie` of a sign-in that begins. */
  setting(login: LoginUnderWay): string {
    return this.cookie(Buffer.from(JSON.stringify(login)).toString('base64url'), LASTS_SECONDS);
  }

  /** The header `set-cookie` that takes it away. */
  clearing(): string {
    return this.cookie('', 0);
  }

  private cookie(value: string, maxAge: number): string {
    return stringifySetCookie({ name: this.name, value, maxAge, path: '/', httpOnly: true, sameSite: 'lax', secure: this.secure });
  }
}
