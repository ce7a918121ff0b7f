/** Where people sign in with the issuer of `oidc-issuer.ts`: its authorize and token endpoints, which check what they are given. */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { JWTPayload } from 'jose';
import type { Issuer, Key, Login } from './oidc-issuer.ts';

/** The client that the issuer knows. */
export interface KnownClient {
  readonly id: string;
  /** Null for a public client. */
  readonly secret: string | null;
  readonly redirectUri: string;
}

/** A code that was given out, and what it was asked with. */
interface Grant {
  readonly challenge: string;
  readonly nonce: string;
}

/** See the top of this file. */
export class LoginEndpoints implements Login {
  /** Who sits before the browser, as the id_token says; or why nobody signs in. */
  person: JWTPayload | { readonly error: string; readonly error_description: string };
  /** What the id_token says in place of the truth. */
  lies: JWTPayload = {};
  /** How the token endpoint answers: as it should, or with this status. */
  status = 200;
  private readonly grants = new Map<string, Grant>();

  constructor(
    private readonly issuer: Issuer,
    private readonly key: Key,
    private readonly client: KnownClient,
    person: JWTPayload,
  ) {
    this.person = person;
  }

  configuration(): Record<string, unknown> {
    return {
      authorization_endpoint: `${this.issuer.url}/authorize`,
      token_endpoint: `${this.issuer.url}/token`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [this.key.alg],
      code_challenge_methods_supported: ['S256'],
    };
  }

  serve(request: IncomingMessage, response: ServerResponse): boolean {
    const url = new URL(request.url!, this.issuer.url);
    if (url.pathname === '/authorize') this.authorize(url.searchParams, response);
    else if (url.pathname === '/token') void this.token(request, response).catch((error: unknown) => response.destroy(error as Error));
    else return false;
    return true;
  }

  /** A wrong client or address is told to the person and to nobody else, as RFC 6749 wants it. */
  private authorize(asked: URLSearchParams, response: ServerResponse): void {
    const { id, redirectUri } = this.client;
    if (asked.get('client_id') !== id || asked.get('redirect_uri') !== redirectUri)
      return void response.writeHead(400).end('unknown client or redirect_uri');
    const back = new URL(redirectUri);
    back.searchParams.set('state', asked.get('state') ?? '');
    const challenge = asked.get('code_challenge');
    const nonce = asked.get('nonce');
    const scopes = asked.get('scope')?.split(' ') ?? [];
    const complete = asked.get('response_type') === 'code' && asked.get('code_challenge_method') === 'S256' && scopes.includes('openid');
    if ('error' in this.person && 'error_description' in this.person) {
      back.searchParams.set('error', String(this.person.error));
      back.searchParams.set('error_description', String(this.person.error_description));
    } else if (!complete || !challenge || !nonce || !asked.get('state')) back.searchParams.set('error', 'invalid_request');
    else {
      const code = randomBytes(16).toString('base64url');
      this.grants.set(code, { challenge, nonce });
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  private async token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new URLSearchParams(await text(request));
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
    if (this.status !== 200) return void answer(this.status, { error: 'server_error' });
    if (!this.isClient(request, asked)) return void answer(401, { error: 'invalid_client' });
    const code = asked.get('code') ?? '';
    const grant = this.grants.get(code);
    // A code counts once.
    this.grants.delete(code);
    const verifier = createHash('sha256')
      .update(asked.get('code_verifier') ?? '')
      .digest('base64url');
    const fits = grant?.challenge === verifier && asked.get('redirect_uri') === this.client.redirectUri;
    if (asked.get('grant_type') !== 'authorization_code' || !fits) return void answer(400, { error: 'invalid_grant' });
    const claims = { aud: this.client.id, nonce: grant.nonce, ...(this.person as JWTPayload), ...this.lies };
    const idToken = await this.issuer.sign(this.key, claims);
    answer(200, { access_token: 'opaque', token_type: 'Bearer', expires_in: 60, id_token: idToken });
  }

  private isClient({ headers }: IncomingMessage, asked: URLSearchParams): boolean {
    const { id, secret } = this.client;
    if (secret === null) return asked.get('client_id') === id && headers.authorization === undefined;
    const given = Buffer.from(headers.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
    const [givenId, givenSecret] = given.split(':').map((part) => new URLSearchParams(`part=${part}`).get('part'));
    return givenId === id && givenSecret === secret;
  }
}
