import { HostGuard, type Lookup, type Purpose } from '../outbound/host-guard.ts';
import { GracelineError } from '../errors.ts';
import { parsedUrl } from './webhook.rules.ts';

const PORTS: readonly number[] = [443, 8443];

const WEBHOOKS: Purpose = {
  ports: PORTS,
  says: {
    noHost: 'That is no server. Give an address such as https://example.com/webhooks.',
    wrongPort: (port) => `Webhooks are not sent to port ${port}. Use one of ${PORTS.join(', ')}.`,
    notPublic: (name) => `${name} is not on the public internet. Give a server that everybody can reach.`,
    unknownName: (name) => `DNS knows no address of ${name}. Check the name of the server.`,
  },
};

/** A URL with the address to connect to instead of asking DNS again. */
export interface CheckedUrl {
  readonly url: URL;
  readonly port: number;
  readonly address: string;
  readonly family: 4 | 6;
}

/** Says where webhooks may go; see HostGuard. */
export class WebhookGuard {
  private readonly hosts: HostGuard;

  /**
   * @param trusted TRUSTED_WEBHOOK_HOSTS: `host:port` of servers that may be private, on any port, and without TLS
   * @param lookup DNS; given by tests
   */
  constructor(trusted: readonly string[], lookup?: Lookup) {
    this.hosts = new HostGuard(WEBHOOKS, trusted, lookup);
  }

  /**
   * Finds the address to connect to.
   *
   * @throws GracelineError INVALID_INPUT where it is no URL or DNS knows no address; HOST_FORBIDDEN
   */
  async check(text: string): Promise<CheckedUrl> {
    const { url, hostname, port, isPlain } = parsedUrl(text);
    if (isPlain && !this.hosts.isTrusted(hostname, port))
      throw new GracelineError('HOST_FORBIDDEN', 'Webhooks go over TLS alone. Give an address that begins with https://.', {
        field: 'url',
      });
    return { url: new URL(url), port, ...(await this.hosts.check(hostname, port)) };
  }
}
