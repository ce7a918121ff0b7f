import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { clientAddress } from '../../../src/http/client-address.ts';

/** What is read of a request. */
const from = (remoteAddress: string | undefined, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { ...(forwarded && { 'x-forwarded-for': forwarded }) } }) as unknown as IncomingMessage;

describe('where a request comes from', () => {
  test.each([
    ['198.51.100.7', '198.51.100.7'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    [undefined, 'unknown'],
  ])('%s is %s', (address, network) => {
    expect(clientAddress([])(from(address))).toBe(network);
  });

  test('whoever is no trusted proxy is not believed', () => {
    expect(clientAddress([])(from('198.51.100.7', '203.0.113.1'))).toBe('198.51.100.7');
    expect(clientAddress(['10.0.0.0/8'])(from('198.51.100.7', '203.0.113.1'))).toBe('198.51.100.7');
  });

  test('behind trusted proxies it is the last address that is none of them', () => {
    const addressOf = clientAddress(['10.0.0.0/8', '2001:db8::/32']);
    expect(addressOf(from('10.0.0.1', '192.0.2.9, 203.0.113.1, 10.1.2.3'))).toBe('203.0.113.1');
    expect(addressOf(from('::ffff:10.0.0.1', '203.0.113.1'))).toBe('203.0.113.1');
    expect(addressOf(from('10.0.0.1', 'not an address'))).toBe('10.0.0.1');
  });
});
