import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answerLine } from '../../../src/email/providers/answer.ts';
import { Attempts } from '../../../src/email/providers/attempts.ts';
import { builtInProvider } from '../../../src/email/providers/built-in.provider.ts';
import { httpFailure, retryAfterMs } from '../../../src/email/providers/http-failure.ts';
import type { ProviderResult } from '../../../src/email/providers/provider.ts';
import { smtpSecurity } from '../../../src/email/providers/smtp-security.rules.ts';
import { loginOf, secretsOf } from '../../../src/email/smtp-login.ts';

const NEVER = new AbortController().signal;
const headers = (given: Record<string, string>) => (name: string) => given[name];

describe('answers', () => {
  it('are one bounded line without any secret, in whatever form the provider repeats it', () => {
    const secret = fc
      .string({ minLength: 12, maxLength: 40, unit: 'grapheme' })
      .filter((text) => /^\S+$/.test(text) && text.isWellFormed());
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (key, before, after) => {
        const forms = [key, encodeURIComponent(key), Buffer.from(key).toString('base64'), Buffer.from(key).toString('hex')];
        for (const form of forms) {
          const answer = answerLine(`${before}${form}\r\n${after}${form}`, [key]);
          expect(answer).not.toContain(form);
          expect(answer).not.toMatch(/[\r\n]/);
          expect(answer.length).toBeLessThanOrEqual(500);
        }
      }),
    );
  });

  it('cut no secret into halves that could be read', () => {
    expect(answerLine('key abcdefgh and abcdefghijkl', ['abcdefgh', 'abcdefghijkl'])).toBe('key [redacted] and [redacted]');
  });

  it('hide a login that comes back as AUTH PLAIN', () => {
    const login = loginOf('smtp://mail%40er:p%40ss%20word@host:587');
    expect(login).toEqual({ user: 'mail@er', password: 'p@ss word' });
    const plain = Buffer.from('\0mail@er\0p@ss word').toString('base64');
    expect(answerLine(`535 no ${plain} p@ss word`, secretsOf(login))).toBe('535 no [redacted] [redacted]');
    expect(loginOf('smtp://host')).toBeNull();
    expect(loginOf('smtp://u:100%@host')).toEqual({ user: 'u', password: '100%' });
  });
});

describe('statuses of HTTP', () => {
  it.each([
    [302, 'retry'],
    [400, 'MESSAGE'],
    [401, 'CREDENTIALS'],
    [404, 'MESSAGE'],
    [408, 'retry'],
    [413, 'MESSAGE'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
  ])('%i means %s', (status, meaning) => {
    const result = httpFailure(status, headers({}), 'said');
    expect(result.kind === 'rejected' ? result.about : result.kind).toBe(meaning);
  });

  const DATE = 'Fri, 01 May 2026 08:00:00 GMT';
  it.each([
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '99999999' }, 86_400_000],
    [{ 'retry-after': 'Fri, 01 May 2026 08:01:00 GMT', date: DATE }, 60_000],
    [{ 'retry-after': 'Fri, 01 May 2026 07:00:00 GMT', date: DATE }, 0],
    [{ 'retry-after': 'Fri, 01 May 2026 08:01:00 GMT' }, null],
    [{ 'retry-after': 'soon', date: DATE }, null],
    [{ 'retry-after': '-5', date: DATE }, null],
    [{ 'x-ratelimit-reset': String(Date.parse(DATE) / 1_000 + 30), date: DATE }, 30_000],
    [{ 'x-ratelimit-reset': '1777622430' }, null],
    [{}, null],
  ])('%j asks to wait %s ms', (given, expected) => expect(retryAfterMs(headers(given))).toBe(expected));
});

it.each([
  [465, true, false, { secure: true, requireTLS: false }],
  [587, true, false, { secure: false, requireTLS: true }],
  [25, false, false, { secure: false, requireTLS: false }],
  [2500, true, true, { secure: false, requireTLS: false }],
])('a connection to port %i (login: %s, trusted: %s) is secured so: %j', (port, login, trusted, expected) => {
  expect(smtpSecurity(port, login, trusted)).toEqual(expected);
});

describe('attempts', () => {
  it('end at the deadline though the work heeds no signal', async () => {
    expect(await new Attempts(20).run(NEVER, () => new Promise(() => undefined))).toMatchObject({ kind: 'retry', wholeAccount: true });
  });

  it('never begin once the caller has given up, or after closing', async () => {
    const attempts = new Attempts(1_000);
    let begun = 0;
    const work = async (): Promise<ProviderResult> => {
      begun += 1;
      return { kind: 'sent', answer: '' };
    };
    expect(await attempts.run(AbortSignal.abort(), work)).toMatchObject({ kind: 'retry' });
    attempts.close();
    expect(await attempts.run(NEVER, work)).toMatchObject({ kind: 'retry', wholeAccount: false });
    expect(begun).toBe(0);
  });

  it('let a defect through', async () => {
    await expect(new Attempts(1_000).run(NEVER, () => Promise.reject(new TypeError('ours')))).rejects.toThrow('ours');
  });
});

describe('the built-in provider without a mail server', () => {
  const message = {
    messageId: '<../../0190@mail.example.com>',
    date: new Date('2026-05-01T08:00:00Z'),
    from: { name: 'Acme', address: 'no-reply@platform.example' },
    to: { name: 'Ada', address: 'ada@example.com' },
    subject: 'Hello',
    html: '<p>Hello</p>',
    text: 'Hello',
  };

  it('writes one file for each message, inside its folder, however often it is sent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graceline-built-in-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const provider = builtInProvider({ SMTP_URL: undefined, DATA_DIR: folder, MAIL_TIMEOUT_SECONDS: 5 });
    const path = join(folder, 'mail', 'user-....0190@mail.example.com.eml');
    for (const date of [message.date, new Date('2026-05-02T08:00:00Z')])
      expect(await provider.send({ ...message, date }, NEVER)).toEqual({ kind: 'sent', answer: path });
    expect(await readdir(folder)).toEqual(['mail']);
    expect(await readdir(join(folder, 'mail'))).toHaveLength(1);
    expect(await simpleParser(await readFile(path))).toMatchObject({ subject: 'Hello', messageId: message.messageId });
  });

  it('tries again where it cannot write', async () => {
    const provider = builtInProvider({ SMTP_URL: undefined, DATA_DIR: '/dev/null', MAIL_TIMEOUT_SECONDS: 5 });
    expect(await provider.send(message, NEVER)).toMatchObject({ kind: 'retry', wholeAccount: true });
  });
});
