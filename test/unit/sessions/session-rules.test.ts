import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOpen, ownPath, pageOriginOf, requireOwnPage, sessionEnd } from '../../../src/sessions/session.rules.ts';

const PUBLIC = 'https://migrations.example.com';

describe('where somebody goes after signing in', () => {
  test('is ours, whatever was asked for', () => {
    const awkward = fc.array(fc.constantFrom('/', '\\', '.', '..', '\t', '\n', '@', ':', '?', '#', 'evil.example', 'http:', '%2f', ' '), {
      maxLength: 12,
    });
    const asked = fc.oneof(
      fc.string({ unit: 'binary' }),
      awkward.map((parts) => `/${parts.join('')}`),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(asked, (to) => {
        const path = ownPath(to, PUBLIC);
        expect(path.startsWith('/')).toBe(true);
        expect(new URL(path, PUBLIC).origin).toBe(PUBLIC);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    [null, '/'],
    ['/accounts/a%2Fb?tab=1#top', '/accounts/a%2Fb?tab=1#top'],
    ['accounts', '/'],
  ])('asked for %j it is %s', (to, path) => expect(ownPath(to, PUBLIC)).toBe(path));
});

describe('the page of a request', () => {
  test.each([
    [{ 'sec-fetch-site': 'same-origin', origin: 'null' }, 'own'],
    [{ 'sec-fetch-site': 'same-site', origin: PUBLIC, host: 'migrations.example.com' }, 'foreign'],
    [{ 'sec-fetch-site': 'cross-site' }, 'foreign'],
    [{ 'sec-fetch-site': 'none' }, 'unsaid'],
    [{ origin: PUBLIC, host: 'inside:4000' }, 'own'],
    [{ origin: 'https://inside:4000', host: 'inside:4000' }, 'own'],
    [{ origin: 'http://inside:4000', host: 'inside:4000' }, 'foreign'],
    [{ origin: 'https://inside:4001', host: 'inside:4000' }, 'foreign'],
    [{ origin: 'null', host: 'inside:4000' }, 'foreign'],
    [{ host: 'inside:4000' }, 'unsaid'],
  ] as const)('by %j is %s', (headers, page) => expect(pageOriginOf(headers, PUBLIC)).toBe(page));

  test.each([
    ['own', 'POST', true],
    ['unsaid', 'GET', true],
    ['unsaid', 'HEAD', true],
    ['unsaid', 'POST', false],
    ['unsaid', 'DELETE', false],
    ['foreign', 'GET', false],
  ] as const)('that is %s may use a session to %s: %s', (page, method, may) => {
    const ask = () => requireOwnPage(page, method);
    if (may) expect(ask).not.toThrow();
    else expect(ask).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});

test('a session ends with its token where that is sooner, at the very instant, and when it lies idle', () => {
  const at = (minutes: number) => new Date(minutes * 60_000);
  expect([sessionEnd(at(0), 2, null), sessionEnd(at(0), 2, at(90)), sessionEnd(at(0), 2, at(500))]).toEqual([at(120), at(90), at(120)]);
  const times = { expiresAt: at(120), usedAt: at(100) };
  expect([isOpen(times, at(119), 30), isOpen(times, at(120), 30), isOpen({ ...times, usedAt: at(70) }, at(100), 30)]).toEqual([
    true,
    false,
    false,
  ]);
});
