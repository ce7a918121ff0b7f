import { describe, expect, it } from 'vitest';
import { MAX_ACCOUNTS_LISTED, renderReminder } from '../../../src/email/reminder-mail.ts';
import { content, section } from '../../support/mail-fixtures.ts';

const account = (id: string, deadline: string | null = '2026-05-03T00:00:00Z', reason = 'PENDING') => ({
  id,
  name: `Account ${id}`,
  deadline: deadline === null ? null : new Date(deadline),
  reason,
});

describe('the subject', () => {
  const subject = (changes: Parameters<typeof content>[1]) => renderReminder(content('ada@example.com', changes)).subject;

  it('names a single migration', () => {
    expect(subject({})).toBe('Action needed by 3 May 2026: Password reset asks on the page on 1 account');
  });

  it('counts several, and an account that several touch once', () => {
    const open = [
      section({ accounts: [account('a'), account('b')], accountCount: 2 }),
      section({ key: 'other', accounts: [account('b', '2026-06-01T00:00:00Z'), account('c')], accountCount: 2 }),
    ];
    expect(subject({ open })).toBe('Action needed by 3 May 2026: 2 migrations on 3 accounts');
  });

  it('promises no exact number where not all accounts are known', () => {
    const open = [section({ accounts: [account('a')], accountCount: 1_200 }), section({ key: 'other' })];
    expect(subject({ open })).toBe('Action needed by 3 May 2026: 2 migrations on at least 1,200 accounts');
  });

  it('names no day while there is none', () => {
    const open = [section({ mandatoryOptIn: 'TBD', accounts: [account('a', null)] })];
    expect(subject({ open })).toBe('Action needed: Password reset asks on the page on 1 account');
  });

  it('sums up all three kinds, the most urgent first', () => {
    const rescheduled = [
      { ...section({ title: 'New tokens', accounts: [account('a', '2026-07-01T00:00:00Z')] }), oldDeadline: '2026-06-01', reason: null },
    ];
    expect(subject({ open: [], rescheduled })).toBe('Rescheduled: New tokens, now 1 July 2026');
    expect(subject({ open: [], nowOn: [section({ title: 'Old news' })] })).toBe('Now on: Old news');
    expect(subject({ rescheduled, nowOn: [section({ title: 'Old news' })] })).toBe(
      'Action needed by 3 May 2026: Password reset asks on the page on 1 account; Rescheduled: New tokens, now 1 July 2026; Now on: Old news',
    );
  });

  it('has the day where the administrator is, in their language', () => {
    const administrator = { name: 'Ada', email: 'ada@example.com', timeZone: 'America/New_York', locale: 'de-DE' };
    expect(subject({ administrator })).toContain('by 2. Mai 2026');
  });
});

describe('the letter', () => {
  it('gives each deadline in local time and as the exact instant, in text and HTML', () => {
    const { text, html } = renderReminder(content('ada@example.com'));
    for (const body of [text, html]) {
      expect(body).toMatch(/3 May 2026[^(]*02:00[^(]*\(2026-05-03T00:00:00Z\)/);
      expect(body).toContain('https://docs.example.com/password-reset');
      expect(body).toContain('https://graceline.example.com');
    }
  });

  it.each([
    ['TBD', 'not decided yet'],
    ['2026-06', 'June 2026'],
  ])('says what is known of the deadline %s', (mandatoryOptIn, said) => {
    const { text } = renderReminder(content('ada@example.com', { open: [section({ mandatoryOptIn, accounts: [account('a', null)] })] }));
    expect(text).toContain(`Deadline: ${said}\n`);
  });

  it('tells since when it is on for an account that opted in later than another', () => {
    const accounts = [account('a', '2026-04-01T08:00:00Z', 'OPTED_IN'), account('b', '2026-04-02T08:00:00Z', 'OPTED_IN')];
    const { text } = renderReminder(content('ada@example.com', { open: [], nowOn: [section({ accounts, accountCount: 2 })] }));
    expect(text).toMatch(/On since: 1 April 2026[^\n]*\(2026-04-01T08:00:00Z\)\n/);
    expect(text).toContain('- Account a (a)\n');
    expect(text).toMatch(/- Account b \(b\): on since 2 April 2026[^\n]*\(2026-04-02T08:00:00Z\)\n/);
  });

  it('tells of an account with a deadline of its own', () => {
    const { text } = renderReminder(
      content('ada@example.com', {
        open: [section({ accounts: [account('a'), account('b', '2026-05-20T00:00:00Z', 'EXTENDED')], accountCount: 2 })],
      }),
    );
    expect(text).toMatch(/- Account a \(a\)\n/);
    expect(text).toMatch(/- Account b \(b\): its own deadline is 20 May 2026[^\n]*\(2026-05-20T00:00:00Z\)\n/);
  });

  it('names at most 50 accounts of a migration and counts the rest', () => {
    const accounts = Array.from({ length: 60 }, (_, i) => account(`id-${i}`));
    const { text, html } = renderReminder(content('ada@example.com', { open: [section({ accounts, accountCount: 1_060 })] }));
    expect(text.match(/^ {2}- Account/gm)).toHaveLength(MAX_ACCOUNTS_LISTED);
    for (const body of [text, html]) {
      expect(body).toContain('1,060 accounts');
      expect(body).toContain('and 1,010 more');
      expect(body).not.toContain('id-50');
    }
  });

  it('tells what was rescheduled, from when, and why', () => {
    const rescheduled = [{ ...section({ title: 'New tokens' }), oldDeadline: '2026-06', reason: 'More time for mobile apps' }];
    const { text } = renderReminder(content('ada@example.com', { rescheduled, open: [] }));
    expect(text).toContain('Was: June 2026');
    expect(text).toContain('Reason: More time for mobile apps');
    expect(text).not.toContain('ACTION NEEDED');
  });

  it('escapes whatever people named, and keeps it on its line', () => {
    const evil = '<script>alert(1)</script>\r\nBcc: victim@example.com\u202e"\'&';
    const hostile = {
      ...section({ title: evil, guideUrl: 'javascript:alert(1)', accounts: [{ ...account('x'), id: evil, name: evil }] }),
      oldDeadline: 'TBD',
      reason: evil,
    };
    const administrator = { name: evil, email: 'ada@example.com', timeZone: 'UTC', locale: 'no such locale!' };
    const { subject, text, html } = renderReminder(
      content('ada@example.com', { administrator, platformName: evil, open: [hostile], rescheduled: [hostile], nowOn: [hostile] }),
    );
    expect(html).not.toMatch(/<script|javascript:/i);
    expect(html).toContain('&lt;script&gt;');
    expect(subject).not.toMatch(/[\r\n\u202e]/);
    expect(text).not.toMatch(/^\s*Bcc:/m);
    expect(text + html).not.toMatch(/\u202e/);
  });

  it('stays small, whatever size the names have', () => {
    const long = '😀'.repeat(500_000);
    const { subject, html } = renderReminder(
      content('ada@example.com', { open: [section({ title: long, accounts: [{ ...account('a'), name: long }] })] }),
    );
    expect(subject.length).toBeLessThan(300);
    expect(html.length).toBeLessThan(10_000);
    expect(html.isWellFormed()).toBe(true);
  });
});
