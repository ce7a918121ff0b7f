import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import proxyaddr from 'proxy-addr';

/** The network of whoever sends a request. */
export type ClientAddress = (request: IncomingMessage) => string;

/** Of an IPv6 address: what one customer of a network has, and could change within at will. */
const IPV6_NETWORK_PARTS = 4;

/**
 * Makes what tells where requests come from: the connection's other end, or what trusted proxies say of it.
 *
 * @param trustedProxies addresses and networks, e.g. `10.0.0.0/8`; see `TRUSTED_PROXIES`
 * @throws TypeError where one of them is none
 */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = proxyaddr.compile([...trustedProxies]);
  return (request) => {
    const peer = request.socket.remoteAddress;
    const told = trustedProxies.length > 0 && peer !== undefined ? proxyaddr(request, trusted) : peer;
    return networkOf(told) ?? networkOf(peer) ?? 'unknown';
  };
}

/** Null where it is no address: a proxy passes on whatever it was sent. */
function networkOf(address: string | undefined): string | null {
  if (address === undefined || !ipaddr.isValid(address)) return null;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${parsed.parts
    .slice(0, IPV6_NETWORK_PARTS)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
