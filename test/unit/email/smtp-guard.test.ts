import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publicAddress } from '../../../src/outbound/public-address.ts';
import { SMTP_PORTS, SmtpGuard } from '../../../src/email/providers/smtp-guard.ts';
import type { Lookup } from '../../../src/outbound/host-guard.ts';
import type { GracelineError } from '../../../src/errors.ts';

const PUBLIC_V4 = '93.184.216.34';
const PUBLIC_V6 = '2606:4700:4700::1111';

/** A DNS that says this of every name; it is the world outside, and no test may depend on it. */
function dns(...addresses: readonly string[]): Lookup {
  return async () => addresses.map((address) => ({ address }));
}

async function refusal(guard: SmtpGuard, host: string, port = 587): Promise<string> {
  return guard.check(host, port).then(
    ({ address }) => `allowed ${address}`,
    (error: unknown) => (error as GracelineError).code,
  );
}

const PRIVATE_V4 = [
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.100.100.200',
  '192.0.0.192',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
];

/** How an IPv4 address can be written as an IPv6 one. */
const DISGUISES: Readonly<Record<string, (hex: string) => string>> = {
  mapped: (hex) => `::ffff:${hex}`,
  compatible: (hex) => `::${hex}`,
  translated: (hex) => `::ffff:0:${hex}`,
  nat64: (hex) => `64:ff9b::${hex}`,
  'local nat64': (hex) => `64:ff9b:1::${hex}`,
  '6to4': (hex) => `2002:${hex}::1`,
  teredo: (hex) => `2001:0:${hex}::1`,
  isatap: (hex) => `2606:4700::5efe:${hex}`,
  'isatap, global': (hex) => `2606:4700::200:5efe:${hex}`,
};

function hexOf(v4: string): string {
  const [a, b, c, d] = v4.split('.').map(Number) as [number, number, number, number];
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

describe('addresses', () => {
  it.each(PRIVATE_V4)('refuses %s, as itself and in every disguise', async (v4) => {
    const ways = [v4, ...Object.values(DISGUISES).map((disguise) => disguise(hexOf(v4)))];
    expect(ways.filter((address) => publicAddress(address) !== null)).toEqual([]);
    for (const address of ways) {
      expect([address, await refusal(new SmtpGuard([], dns(address)), 'mail.example.com')]).toEqual([address, 'HOST_FORBIDDEN']);
      expect([address, await refusal(new SmtpGuard([]), address)]).toEqual([address, 'HOST_FORBIDDEN']);
      expect([address, await refusal(new SmtpGuard([]), `[${address}]`)]).toEqual([address, 'HOST_FORBIDDEN']);
    }
  });

  it.each([
    '::1',
    '::',
    'fe80::1',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
    '3fff::1',
    '100::1',
    '5f00::1',
    '4000::1',
    '::7f00:1',
  ])('refuses %s', async (address) => {
    expect(await refusal(new SmtpGuard([], dns(address)), 'mail.example.com')).toBe('HOST_FORBIDDEN');
    expect(await refusal(new SmtpGuard([]), address)).toBe('HOST_FORBIDDEN');
  });

  it.each(['fe80::1%eth0', '2606:4700::1%1', '1.2.3', '0x7f000001', '2130706433', '0177.0.0.1', '127.0.0.1 ', '', 'localhost'])(
    'takes %j for no address',
    (address) => expect(publicAddress(address)).toBeNull(),
  );

  it.each([
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '017700000001',
    '0177.0.0.1',
    '127.1',
    '127。0。0。1',
    '①②⑦.0.0.1',
    '127.0.0.1.',
    '0',
    '0x0',
  ])('sees the loopback address in %s', async (host) =>
    expect(await refusal(new SmtpGuard([], dns(PUBLIC_V4)), host)).toMatch(/HOST_FORBIDDEN|INVALID_INPUT/),
  );

  it('connects to a mapped address as the IPv4 address that it is', async () => {
    expect(await new SmtpGuard([], dns(`::ffff:${PUBLIC_V4}`)).check('mail.example.com', 25)).toEqual({ address: PUBLIC_V4, family: 4 });
  });

  it('lets nothing through that a property of the private ranges forbids', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const disguise = fc.constantFrom(...Object.values(DISGUISES));
    fc.assert(
      fc.property(
        fc.constantFrom('10.', '127.', '192.168.', '169.254.', '172.20.'),
        fc.tuple(octet, octet, octet),
        disguise,
        (prefix, rest, dress) => {
          const v4 = [...prefix.split('.').filter(Boolean), ...rest].slice(0, 4).join('.');
          return publicAddress(v4) === null && publicAddress(dress(hexOf(v4))) === null;
        },
      ),
    );
  });
});

describe('SmtpGuard', () => {
  it.each([PUBLIC_V4, PUBLIC_V6, `64:ff9b::${hexOf(PUBLIC_V4)}`])('lets %s pass, named and by itself', async (address) => {
    const expected = { address, family: address.includes(':') ? 6 : 4 };
    expect(await new SmtpGuard([], dns(address)).check('mail.example.com', 587)).toEqual(expected);
    expect(await new SmtpGuard([]).check(address, 587)).toEqual(expected);
  });

  it('wants every address to be public, and takes IPv4 first', async () => {
    expect(await new SmtpGuard([], dns(PUBLIC_V6, PUBLIC_V4)).check('mail.example.com', 465)).toEqual({ address: PUBLIC_V4, family: 4 });
    for (const addresses of [
      [PUBLIC_V4, '10.0.0.1'],
      ['::1', PUBLIC_V6],
      [PUBLIC_V4, 'rubbish'],
    ])
      expect(await refusal(new SmtpGuard([], dns(...addresses)), 'mail.example.com')).toBe('HOST_FORBIDDEN');
  });

  it('knows the ports of mail, and no others', async () => {
    const guard = new SmtpGuard([], dns(PUBLIC_V4));
    for (const port of SMTP_PORTS) expect(await refusal(guard, 'mail.example.com', port)).toBe(`allowed ${PUBLIC_V4}`);
    for (const port of [0, 22, 80, 443, 5432, 6379, 26, 588, 65_535, -1, Number.NaN])
      expect(await refusal(guard, 'mail.example.com', port)).toBe('HOST_FORBIDDEN');
  });

  it.each([
    '',
    ' ',
    'mail example.com',
    'mail.example.com/x',
    'user@mail.example.com',
    'a..b',
    '-a.com',
    'x'.repeat(64),
    'mail.example.com:25',
    '*.com',
  ])('takes %j for no host, and asks no DNS', async (host) => {
    let asked = 0;
    const guard = new SmtpGuard([], async () => ((asked += 1), [{ address: PUBLIC_V4 }]));
    expect(await refusal(guard, host)).toBe('INVALID_INPUT');
    expect(asked).toBe(0);
  });

  it('says so where DNS knows no such name', async () => {
    expect(await refusal(new SmtpGuard([], dns()), 'mail.example.com')).toBe('INVALID_INPUT');
    const failing = new SmtpGuard([], async () => Promise.reject(Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })));
    expect(await refusal(failing, 'mail.example.com')).toBe('INVALID_INPUT');
  });

  it('asks once for each check, and answers with what it checked', async () => {
    const answers = [[PUBLIC_V4], ['127.0.0.1'], [PUBLIC_V6]];
    let asked = 0;
    const guard = new SmtpGuard([], async () => answers[asked++]!.map((address) => ({ address })));
    expect(await refusal(guard, 'rebind.example.com')).toBe(`allowed ${PUBLIC_V4}`);
    expect(await refusal(guard, 'rebind.example.com')).toBe('HOST_FORBIDDEN');
    expect(await refusal(guard, 'rebind.example.com')).toBe(`allowed ${PUBLIC_V6}`);
    expect(asked).toBe(3);
  });

  it('lets pass what the operator trusts, by host and port together', async () => {
    const guard = new SmtpGuard(['relay.internal:2500', '10.0.0.5:587'], dns('10.0.0.5'));
    expect(await guard.check('Relay.Internal', 2500)).toEqual({ address: '10.0.0.5', family: 4 });
    expect(await guard.check('10.0.0.5', 587)).toEqual({ address: '10.0.0.5', family: 4 });
    expect(await refusal(guard, 'relay.internal', 587)).toBe('HOST_FORBIDDEN');
    expect(await refusal(guard, 'other.internal', 2500)).toBe('HOST_FORBIDDEN');
    expect(guard.isTrusted('RELAY.internal', 2500)).toBe(true);
    expect(guard.isTrusted('relay.internal', 25)).toBe(false);
  });

  it('knows a trusted IPv6 address with its brackets and without', async () => {
    const guard = new SmtpGuard(['[fd00::25]:2500']);
    for (const host of ['fd00::25', '[fd00::25]']) expect(await guard.check(host, 2500)).toEqual({ address: 'fd00::25', family: 6 });
    expect(await refusal(guard, 'fd00::26', 2500)).toBe('HOST_FORBIDDEN');
  });

  it('finds a trusted server of the hosts file by the system', async () => {
    expect((await new SmtpGuard(['localhost:2500']).check('localhost', 2500)).address).toMatch(/^(127\.0\.0\.1|::1)$/);
  });
});
