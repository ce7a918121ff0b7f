import { describe, expect, test } from 'vitest';
import type { TemplateName } from '../../../src/email/templates/template.rules.ts';
import {
  type GateFacts,
  impactOf,
  type MailBothWays,
  neutralImpact,
  type RenderedMail,
  withState,
} from '../../../src/gates/impact.rules.ts';

const AT = new Date('2016-04-12T12:00:00Z');
const client = (name: string, uses: number) => ({ client: name, uses, lastUsedAt: AT });
const plain: RenderedMail = { from: 'Platform <no-reply@p.example>', subject: 'Hi', html: '<p>Hi</p>', text: 'Hi' };
const mail = (template: TemplateName, before: Partial<RenderedMail>, enabled = true): MailBothWays => ({
  template,
  enabled,
  before: { ...plain, ...before },
  after: plain,
});
const senders = (mails: readonly MailBothWays[], builtIn = true): GateFacts => ({ gate: 'FROM_ADDRESS', builtIn, mails });

describe('a gate that ends a way to call', () => {
  test.each(['IDP_TOKENS', 'PASSWORD_RESET'] as const)('%s is ready where nobody used the old way', (gate) => {
    const { summary, todo, mails } = impactOf({ gate, recent: [] });
    expect(summary).toContain('nothing should break');
    expect(todo).toMatchObject([{ done: true, blocking: true, text: expect.stringContaining('Nobody') }]);
    expect(mails).toEqual([]);
  });

  test.each(['IDP_TOKENS', 'PASSWORD_RESET'] as const)('%s names who did, as many as a sentence bears', (gate) => {
    const few = impactOf({ gate, recent: [client('login', 3), client('', 1)] });
    expect(few.summary).toContain('"login" (3 times) and somebody unnamed (once)');
    expect(few.todo).toMatchObject([{ done: false, blocking: true, text: expect.stringContaining('"login" (3 times)') }]);
    const many = impactOf({ gate, recent: Array.from({ length: 100 }, (_, i) => client(`c${i}`, 1)) });
    expect(many.summary).toContain('"c0" (once), "c1" (once), "c2" (once) and 97 others');
    expect(many.summary.length).toBeLessThan(500);
  });

  test('begins sentences with a capital, and shows every change both ways', () => {
    const { summary, changes } = impactOf({ gate: 'PASSWORD_RESET', recent: [client('', 2)] });
    expect(summary).toContain('Somebody unnamed (2 times)');
    for (const change of changes) expect(change.before).not.toBe(change.after);
  });
});

describe('a gate that changes mail', () => {
  test('changes nothing for an own provider, and that is done', () => {
    expect(impactOf(senders([mail('WELCOME', {})], false))).toMatchObject({
      summary: expect.stringContaining('own provider'),
      changes: [],
      mails: [],
      todo: [{ done: true }],
    });
  });

  test('changes nothing where mail is the same both ways, and there is nothing to do', () => {
    expect(impactOf(senders([mail('WELCOME', {})]))).toMatchObject({
      summary: expect.stringContaining('Nothing changes'),
      changes: [],
      mails: [],
      todo: [],
    });
  });

  test('says once what changes alike in several mails', () => {
    const [a, b] = ['a@acme.example', 'b@acme.example'] as const;
    const mails = [
      mail('WELCOME', { from: a }),
      mail('BREACH_ALERT', { from: a }),
      mail('ENROLMENT', { from: b }),
      mail('VERIFICATION', {}),
    ];
    const { summary, changes, mails: changed, todo } = impactOf(senders(mails));
    expect(summary).toContain(`3 of 4 mails to this account's users will come from ${plain.from} instead of ${a} and ${b}.`);
    expect(changes).toEqual([
      { title: 'Sender of welcome and breach alert mails', before: a, after: plain.from },
      { title: 'Sender of enrolment mails', before: b, after: plain.from },
    ]);
    expect(changed).toHaveLength(3);
    expect(todo).toMatchObject([{ done: false, blocking: true, text: expect.stringContaining(plain.from) }]);
  });

  test('tells the words of a template apart by subject and text, without repeating pages of HTML', () => {
    const mails = [mail('WELCOME', { html: 'x'.repeat(50_000), subject: 'Ours' }), mail('ENROLMENT', { html: '<p>Ours</p>' })];
    const { changes } = impactOf({ gate: 'EMAIL_TEMPLATE', builtIn: true, mails });
    expect(changes).toEqual([
      { title: 'Subject of welcome mails', before: 'Ours', after: 'Hi' },
      { title: 'Text of welcome and enrolment mails', before: 'Your own.', after: "The platform's." },
    ]);
  });

  test('blocks for no mail that is not sent', () => {
    expect(impactOf(senders([mail('WELCOME', { from: 'a@acme.example' }, false)])).todo).toEqual([]);
  });
});

describe('the state of the account', () => {
  const impact = impactOf({ gate: 'IDP_TOKENS', recent: [client('login', 3)] });

  test('adds that it is on already', () => {
    const on = withState(impact, { enabled: true, reason: 'MANDATORY' });
    expect(on).toEqual({ ...impact, summary: `It is on for this account already. ${impact.summary}` });
  });

  test('leaves nothing of a migration that does not affect it, but for what was done', () => {
    const none = { summary: expect.stringContaining('not affected'), changes: [], mails: [], todo: [] };
    expect(withState(impact, { enabled: false, reason: 'NOT_AFFECTED' })).toEqual(none);
    const own = impactOf(senders([], false));
    expect(withState(own, { enabled: false, reason: 'NOT_AFFECTED' })).toEqual(own);
    const other = neutralImpact({ title: 'T', description: 'Text.' });
    expect(withState(other, { enabled: false, reason: 'NOT_AFFECTED' })).toEqual(none);
  });

  test('adds nothing while it is open', () => {
    expect(withState(impact, { enabled: false, reason: 'PENDING' })).toEqual(impact);
  });
});

test('a migration that opens no gate has the first paragraph of its description, within bounds', () => {
  expect(neutralImpact({ title: 'T', description: '\n\nOne\ntwo.\n\nThree.' }).summary).toBe('One two.');
  expect(neutralImpact({ title: 'T', description: '' }).summary).toBe('"T" has no description.');
  expect(neutralImpact({ title: 'T', description: 'word '.repeat(1_000) }).summary.length).toBeLessThanOrEqual(500);
});
