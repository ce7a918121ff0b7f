import ipaddr from 'ipaddr.js';

/** How many octets an IPv4 address is from the end of an IPv6 address that stands for it. */
const EMBEDDED_AT = 12;
/** 2000::/3, the only part of IPv6 that is given out to be reached by everybody. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * An address that anybody on the internet can be reached at, in the form to connect to.
 *
 * IPv4 comes in several IPv6 disguises. Mapped (`::ffff:127.0.0.1`) it is what the socket would connect to, so it is
 * undressed. Behind NAT64 (`64:ff9b::/96`) the gateway undresses it, so what is inside must be public too. The others (IPv4-
 * compatible, translated, 6to4, Teredo, ISATAP) are out of use and only ever lead around a check.
 *
 * @param address as DNS or the caller gave it, in the usual notation
 * @returns null where it is anything else: private, loopback, link-local, multicast, reserved, or no address
 */
export function publicAddress(address: string): { address: string; family: 4 | 6 } | null {
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return null;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === 'unicast' ? { address: parsed.toString(), family: 4 } : null;
  if (parsed.zoneId !== undefined) return null;
  const text = parsed.toString();
  if (parsed.range() === 'rfc6052' && text.startsWith('64:ff9b::'))
    return isPublicV4(embedded(parsed)) ? { address: text, family: 6 } : null;
  if (parsed.range() !== 'unicast' || !parsed.match(GLOBAL_UNICAST) || isIsatap(parsed)) return null;
  return { address: text, family: 6 };
}

function embedded(address: ipaddr.IPv6): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(EMBEDDED_AT));
}

function isPublicV4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast';
}

/** RFC 5214: the interface is `[02]00:5efe` and then an IPv4 address. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return (parts[4] === 0 || parts[4] === 0x0200) && parts[5] === 0x5efe;
}
