import { lookup as systemLookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { GracelineError } from '../errors.ts';
import { publicAddress } from './public-address.ts';

const DNS_TIMEOUT_MS = 2_000;
const DNS_TRIES = 2;
const LONGEST_NAME = 253;
const NOT_OF_A_HOST = /[\s/\\?#@:%[\]]/;
const LABEL = /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/;

/** An address to connect to. */
export interface CheckedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * Asks DNS for the addresses of a host.
 *
 * @returns at least one; rejects where there is none
 */
export type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>;

/** What is connected to, and how that is said. */
export interface Purpose {
  readonly ports: readonly number[];
  /** Sentences for whoever named the host. */
  readonly says: {
    readonly noHost: string;
    readonly wrongPort: (port: number) => string;
    readonly notPublic: (name: string) => string;
    readonly unknownName: (name: string) => string;
  };
}

/**
 * Says which hosts of others we may connect to. Asked when somebody names one and again for every connection, because DNS may
 * answer otherwise by then; whoever connects uses the address returned and asks DNS no second time.
 */
export class HostGuard {
  private readonly trusted: ReadonlySet<string>;

  /**
   * @param trusted `host:port` of servers that may be private and on any port
   * @param lookup DNS; given by tests
   */
  constructor(
    private readonly purpose: Purpose,
    trusted: readonly string[],
    private readonly lookup?: Lookup,
  ) {
    this.trusted = new Set(trusted.map((server) => unbracketed(server.toLowerCase())));
  }

  /** Whether the operator vouches for this server. */
  isTrusted(host: string, port: number): boolean {
    return this.trusted.has(`${unbracketed(host.toLowerCase())}:${port}`);
  }

  /**
   * Finds the address to connect to.
   *
   * @param host a name or an address, as it was given to us
   * @throws GracelineError HOST_FORBIDDEN where it may not be connected to; INVALID_INPUT where it is no host, or DNS knows
   * none of the name now
   */
  async check(host: string, port: number): Promise<CheckedAddress> {
    if (this.isTrusted(host, port)) return this.trustedAddress(host, port);
    const { ports, says } = this.purpose;
    if (!ports.includes(port)) throw new GracelineError('HOST_FORBIDDEN', says.wrongPort(port), { port });
    const name = this.nameOf(host);
    const found = isIP(name) ? [{ address: name }] : await this.addresses(name, this.lookup ?? askDns);
    const addresses = found.map(({ address }) => publicAddress(address));
    // One private address among public ones is either a mistake or a trap: the next connection could take it.
    if (addresses.includes(null)) throw new GracelineError('HOST_FORBIDDEN', says.notPublic(name), { host: name });
    return preferred(addresses as CheckedAddress[]);
  }

  private async trustedAddress(host: string, port: number): Promise<CheckedAddress> {
    const name = unbracketed(host);
    const found = isIP(name) ? [{ address: name }] : await this.addresses(name, this.lookup ?? askSystem);
    const addresses = found.map(({ address }) => ({ address, family: isIP(address) })).filter(({ family }) => family > 0);
    if (addresses.length === 0) throw this.notFound(`${host}:${port}`);
    return preferred(addresses as CheckedAddress[]);
  }

  private async addresses(name: string, lookup: Lookup): Promise<readonly { readonly address: string }[]> {
    const found = await lookup(name).catch((error: unknown) => {
      throw this.notFound(name, error);
    });
    if (found.length === 0) throw this.notFound(name);
    return found;
  }

  /**
   * A host in its one notation: lower case, IDNA, addresses in dotted decimal however they were written (`0x7f.1`, `2130706433`,
   * full-width digits).
   *
   * @throws GracelineError INVALID_INPUT where it is none
   */
  private nameOf(host: string): string {
    const bare = unbracketed(host);
    if (isIP(bare)) return bare;
    // `domainToASCII` reads a URL's host and passes over what would follow it there.
    const name = NOT_OF_A_HOST.test(bare) ? '' : domainToASCII(bare).replace(/\.$/, '');
    if (isIP(name)) return name;
    if (name.length === 0 || name.length > LONGEST_NAME || !name.split('.').every((label) => LABEL.test(label)))
      throw new GracelineError('INVALID_INPUT', this.purpose.says.noHost, { field: 'host' });
    return name;
  }

  private notFound(name: string, cause?: unknown): GracelineError {
    const { code } = (cause ?? {}) as { code?: string };
    const message =
      cause === undefined || NO_ADDRESS.has(code ?? '')
        ? this.purpose.says.unknownName(name)
        : `DNS did not say where ${name} is. Try again in a few minutes.`;
    return new GracelineError('INVALID_INPUT', message, { field: 'host' }, { cause });
  }
}

/** An IPv6 address without the brackets that URLs and `host:port` put around it. */
function unbracketed(host: string): string {
  return host.replace(/^\[([^\]]*)\]/, '$1');
}

/** IPv4 first: many networks announce IPv6 and cannot send over it. */
function preferred(addresses: readonly CheckedAddress[]): CheckedAddress {
  return addresses.find(({ family }) => family === 4) ?? addresses[0]!;
}

/** Codes of DNS for a name that has no address; others say that DNS itself failed. */
const NO_ADDRESS = new Set(['ENOTFOUND', 'ENODATA']);

/** Not `lookup`: that waits in a thread, of which a process has four, and a few slow names would hold up everybody. */
async function askDns(host: string): Promise<readonly { address: string }[]> {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: DNS_TRIES });
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
  return found.map((address) => ({ address }));
}

/** What the operator trusts may stand in the hosts file, or in a zone that only the system's own search path finds. */
function askSystem(host: string): Promise<readonly { address: string }[]> {
  return systemLookup(host, { all: true });
}
