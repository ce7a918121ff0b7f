import { expect, test } from 'vitest';
import { accountFields, validEmail } from '../../../src/accounts/accounts.rules.ts';

const account = (more: object) => accountFields({ id: 'a', name: 'A', platform: 'CLOUD', ...more }, (name) => name === 'UTC');

test.each(['ada@example.com', 'Ada+tag@EXAMPLE.com', "o'neil@münchen.example", 'root@localhost', `${'a'.repeat(64)}@example.com`])(
  '%s is an address',
  (email) => {
    expect(validEmail(email)).toBe(email.toLowerCase());
  },
);

test.each([
  '',
  'ada',
  '@example.com',
  'ada@',
  'a@b@c.com',
  'a b@c.com',
  'a,b@c.com',
  'a@c.com,b@c.com',
  'a@c.com\r\nBcc: b@c.com',
  'a@c.com\n',
  'a@.com',
  'a@-c.com',
  '.a@c.com',
  'a..b@c.com',
  '<a@c.com>',
  `${'a'.repeat(65)}@c.com`,
  `a@${'c'.repeat(260)}.com`,
])('%j is no address', (email) => {
  expect(() => validEmail(email)).toThrow(expect.objectContaining({ code: 'INVALID_EMAIL' }) as Error);
});

test.each(['2026-02-28T00:00:00Z', '2024-02-29T23:59:59.999+05:30', '1970-01-01T00:00Z'])('%s is an instant', (createdAt) => {
  expect(account({ createdAt }).createdAt).toEqual(new Date(createdAt));
});

test.each([
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-01-01',
  '2026-01-01T00:00:00',
  '1969-12-31T00:00:00Z',
  'yesterday',
  5,
  {},
])('%j is no instant', (createdAt) => {
  expect(() => account({ createdAt })).toThrow(/createdAt/);
});

test('attributes are bounded in number, length and kind', () => {
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
  expect(Object.keys(account({ attributes: keys(50) }).attributes)).toHaveLength(50);
  for (const attributes of [
    keys(51),
    { '': 1 },
    { ['k'.repeat(101)]: 1 },
    { k: 'v'.repeat(501) },
    { k: null },
    { k: [1] },
    { k: Number.NaN },
    JSON.parse('{"__proto__":1}'),
    [],
    'x',
    { k: 'a\0b' },
  ] as unknown[]) {
    expect(() => account({ attributes })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error);
  }
});
