/** An issuer of JWTs as OpenID Connect has them: a real server, real keys, and ways to be away. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { atEndOfFile } from './end-of-file.ts';

/** How the issuer answers. */
export type Mood = 'answer' | 'fail' | 'hang' | 'nonsense';

/** A key the issuer signs with. */
export interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** Further endpoints of an issuer; see `oidc-login.ts`. */
export interface Login {
  /** What the issuer's configuration says of them. */
  configuration(): Record<string, unknown>;
  /** Answers what is for them. @returns whether it was */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
}

/** See the top of this file. Made by {@link startIssuer}. */
export class Issuer {
  mood: Mood = 'answer';
  /** What its configuration says beside the truth. */
  configuration: Record<string, unknown> = {};
  /** Where people sign in, if they can. */
  login: Login | null = null;
  /** How often it was asked for its keys. */
  asked = 0;
  private published: Key[] = [];

  constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  /** Makes a key and publishes it, beside those there are. */
  async addKey(alg: string): Promise<Key> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const kid = `${alg}-${this.published.length}-${Date.now()}`;
    const key = { kid, alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
    this.published.push(key);
    return key;
  }

  /** Forgets a key. */
  withdraw({ kid }: Key): void {
    this.published = this.published.filter((key) => key.kid !== kid);
  }

  /** Signs claims; `iss` is added unless given, times are not. */
  sign(key: Key, claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    return new SignJWT({ iss: this.url, ...claims }).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey);
  }

  /** The answer to a request. */
  answerTo(path: string): unknown {
    if (path === '/.well-known/openid-configuration')
      return { issuer: this.url, jwks_uri: `${this.url}/keys`, ...this.login?.configuration(), ...this.configuration };
    this.asked += 1;
    return { keys: this.published.map(({ jwk }) => jwk) };
  }

  /** Goes away for good. */
  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** The public half of a key as people copy it from web pages. */
export function publicText({ publicKey }: Key): Promise<string> {
  return exportSPKI(publicKey);
}

/** Starts an issuer; it ends with the file. */
export async function startIssuer(): Promise<Issuer> {
  const server = createServer((request, response) => {
    if (issuer.mood === 'hang') return;
    if (issuer.mood === 'fail') return response.writeHead(500).end();
    if (issuer.mood === 'answer' && issuer.login?.serve(request, response)) return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(issuer.mood === 'nonsense' ? '<html>' : JSON.stringify(issuer.answerTo(request.url!)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = new Issuer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
  atEndOfFile(() => issuer.close());
  return issuer;
}
