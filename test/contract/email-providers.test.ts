import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmailProvider, UserMessage } from '../../src/email/providers/provider.ts';
import { PROVIDERS } from '../../src/email/settings/email-settings.rules.ts';
import { PROVIDER_WORLDS, type ProviderWorld, SECRET } from '../support/provider-worlds.ts';

const NEVER = new AbortController().signal;
const DEADLINE_MS = 250;
/** A loaded machine may be late, but by far less than the twenty seconds of the client's own patience. */
const IN_TIME_MS = 5_000;

function message(changes: Partial<UserMessage> = {}): UserMessage {
  return {
    messageId: '<0190-abc@mail.example.com>',
    date: new Date('2026-05-01T08:00:00Z'),
    from: { name: 'Acme', address: 'shop@acme.example' },
    to: { name: 'Ada Lovelace', address: 'ada@example.com' },
    subject: 'Verify your address',
    html: '<p>Hello <b>Ada</b> 👋</p>',
    text: 'Hello Ada 👋',
    ...changes,
  };
}

/** What people call themselves where nobody checks. */
const HOSTILE_NAMES = [
  'Lovelace, Ada, victim@example.com',
  'Ada\r\nBcc: victim@example.com',
  'Ada\nSubject: another\n\n<h1>body</h1>',
  'Ada <victim@example.com>, "x" \\',
  '=?utf-8?q?=0D=0ABcc:_victim=40example.com?=',
  'עדה 👩‍💻 Ünïcode',
  '',
];

describe.each(PROVIDERS)('%s', (name) => {
  let world: ProviderWorld;
  let provider: EmailProvider;

  beforeEach(async () => {
    world = await PROVIDER_WORLDS[name]();
    provider = world.open();
  });
  afterEach(async () => {
    await provider.close();
    await world.close();
  });

  it('hands over sender, recipient, subject, both bodies and headers, and says what the provider answered', async () => {
    expect(await provider.send(message(), NEVER)).toEqual({ kind: 'sent', answer: expect.stringMatching(/^[^\r\n]{1,500}$/) });
    const [mail, ...others] = world.mails();
    expect(others).toEqual([]);
    expect(mail!.from).toEqual({ name: 'Acme', address: 'shop@acme.example' });
    expect(mail!.to).toEqual([{ name: 'Ada Lovelace', address: 'ada@example.com' }]);
    expect(mail!.subject).toBe('Verify your address');
    expect(mail!.html.trim()).toBe('<p>Hello <b>Ada</b> 👋</p>');
    expect(mail!.text.trim()).toBe('Hello Ada 👋');
    expect(mail!.headers.get('message-id')).toBe('<0190-abc@mail.example.com>');
    expect(mail!.headers.get('auto-submitted')).toBe('auto-generated');
    if (name === 'SMTP') expect(mail!.headers.get('x-mail-class')).toBe('users');
    if (name === 'SES') expect(mail!.extras).toMatchObject({ ConfigurationSetName: 'transactional' });
    if (name === 'MANDRILL') expect(mail!.extras).toEqual({ view_content_link: true });
  });

  it('sends many at once, each one time', async () => {
    const mails = Array.from({ length: 25 }, (_, i) => message({ subject: `Mail ${i}`, messageId: `<${i}@mail.example.com>` }));
    const results = await Promise.all(mails.map((mail) => provider.send(mail, NEVER)));
    expect(results.map(({ kind }) => kind)).toEqual(mails.map(() => 'sent'));
    expect(
      world
        .mails()
        .map(({ subject }) => subject)
        .toSorted(),
    ).toEqual(mails.map(({ subject }) => subject).toSorted());
  });

  it('says that its credentials are refused, without showing them', async () => {
    const wrong = 'SG.wrong-key-0123456789';
    const stranger = world.open(wrong);
    const result = await stranger.send(message(), NEVER);
    await stranger.close();
    // The platform's own login is the operator's to mend, and the mail waits for it.
    if (name === 'BUILT_IN') expect(result).toMatchObject({ kind: 'retry', wholeAccount: true, answer: expect.stringContaining('535') });
    else expect(result).toMatchObject({ kind: 'rejected', about: 'CREDENTIALS', answer: expect.stringMatching(/^(401|403|535)/) });
    expect(result.answer).not.toContain(wrong);
    expect(result.answer).not.toContain(SECRET);
    if (name !== 'SES') expect(result.answer).toContain('[redacted]');
    expect(world.mails()).toEqual([]);
  });

  it('waits where the provider asks for patience, and for as long as it asks', async () => {
    world.behave('throttle');
    const result = await provider.send(message(), NEVER);
    const asked = name === 'BUILT_IN' || name === 'SMTP' ? null : 7_000;
    expect(result).toMatchObject({ kind: 'retry', wholeAccount: true, retryAfterMs: asked, answer: expect.stringMatching(/^4[\d]{2} /) });
    world.behave('accept');
    expect(await provider.send(message(), NEVER)).toMatchObject({ kind: 'sent' });
  });

  it('tries again where the provider has a fault of its own', async () => {
    world.behave('fail');
    const result = await provider.send(message(), NEVER);
    expect(result).toMatchObject({ kind: 'retry', retryAfterMs: null, answer: expect.stringMatching(/^(451|500) [^\r\n\t]+$/) });
  });

  it.skipIf(name === 'BUILT_IN' || name === 'SMTP').each(['garbage', 'redirect'] as const)(
    'follows nobody and believes nobody in between: %s',
    async (behaviour) => {
      world.behave(behaviour);
      const result = await provider.send(message(), NEVER);
      expect(result).toMatchObject({ kind: 'retry', wholeAccount: true, answer: expect.stringMatching(/^[^\r\n]*\b(502|307)\b[^\r\n]*$/) });
      expect(world.mails()).toHaveLength(1);
    },
  );

  it.each([
    ['refuseRecipient', 'RECIPIENT'],
    ['refuseSender', 'SENDER'],
  ] as const)('takes %s for final, and says that it is about the %s', async (behaviour, about) => {
    world.behave(behaviour);
    expect(await provider.send(message(), NEVER)).toEqual({ kind: 'rejected', about, answer: expect.stringMatching(/\S/) });
    world.behave('accept');
    expect(await provider.send(message(), NEVER)).toMatchObject({ kind: 'sent' });
  });

  it.each(['silent', 'drip'] as const)('cuts off a server that is %s at the deadline of the caller, and goes on', async (behaviour) => {
    world.behave(behaviour);
    const begun = performance.now();
    expect(await provider.send(message(), AbortSignal.timeout(DEADLINE_MS))).toMatchObject({
      kind: 'retry',
      retryAfterMs: null,
      answer: expect.stringContaining('in time'),
    });
    expect(performance.now() - begun).toBeLessThan(IN_TIME_MS);
    await expect.poll(() => world.connections(), { timeout: IN_TIME_MS }).toBe(0);
    world.behave('accept');
    expect(await provider.send(message(), NEVER)).toMatchObject({ kind: 'sent' });
  });

  it.each(['silent', 'drip'] as const)('cuts off a server that is %s at its own deadline', async (behaviour) => {
    world.behave(behaviour);
    const impatient = world.open(SECRET, DEADLINE_MS);
    const begun = performance.now();
    expect(await impatient.send(message(), NEVER)).toMatchObject({ kind: 'retry' });
    expect(performance.now() - begun).toBeLessThan(IN_TIME_MS);
    await expect.poll(() => world.connections(), { timeout: IN_TIME_MS }).toBe(0);
    await impatient.close();
  });

  it('leaves it to the ledger to send again after a reset', async () => {
    expect(await provider.send(message(), NEVER)).toMatchObject({ kind: 'sent' });
    world.behave('reset');
    expect(await provider.send(message(), NEVER)).toMatchObject({ kind: 'retry', wholeAccount: true, answer: expect.stringMatching(/\S/) });
    expect(world.mails()).toHaveLength(2);
  });

  it.each(HOSTILE_NAMES)('keeps one recipient and one of each header with a name and subject of %j', async (hostile) => {
    const mail = message({
      from: { name: hostile, address: 'shop@acme.example' },
      to: { name: hostile, address: 'ada@example.com' },
      subject: hostile,
    });
    expect(await provider.send(mail, NEVER)).toMatchObject({ kind: 'sent' });
    const [arrived] = world.mails();
    expect(arrived!.to.map(({ address }) => address)).toEqual(['ada@example.com']);
    expect(arrived!.from.address).toBe('shop@acme.example');
    expect([arrived!.from.name, arrived!.to[0]!.name, arrived!.subject].join('')).not.toMatch(/[\r\n]/);
    for (const shown of [arrived!.to[0]!.name, arrived!.subject]) expect(shown.replace('\u200b', '')).toBe(hostile.replaceAll(/\s+/g, ' '));
    expect([...arrived!.headers.keys()].filter((header) => /^(bcc|cc)$/.test(header))).toEqual([]);
    const { raw } = arrived!.extras as { raw?: string };
    if (raw === undefined) return;
    const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
    const headers = head.match(/^[\w-]+(?=:)/gm)!.map((key) => key.toLowerCase());
    expect(headers).toHaveLength(new Set(headers).size);
    expect(head).not.toMatch(/(?<!\r)\n|\r(?!\n)/);
  });

  it.each(['ada@example.com, victim@example.com', 'ada@example.com\r\nRCPT TO:<victim@example.com>', 'ada', '<ada@example.com>', ''])(
    'refuses %j as an address without asking the provider',
    async (address) => {
      const to = message({ to: { name: 'Ada', address } });
      expect(await provider.send(to, NEVER)).toMatchObject({ kind: 'rejected', about: 'RECIPIENT' });
      const from = message({ from: { name: 'Acme', address } });
      expect(await provider.send(from, NEVER)).toMatchObject({ kind: 'rejected', about: 'SENDER' });
      expect(world.mails()).toEqual([]);
    },
  );

  it('lets go of its connections when closed, also of those in use', async () => {
    expect(await provider.send(message(), NEVER)).toMatchObject({ kind: 'sent' });
    world.behave('drip');
    const underWay = provider.send(message(), NEVER);
    await expect.poll(() => world.mails().length).toBe(2);
    await provider.close();
    expect(await underWay).toMatchObject({ kind: 'retry', wholeAccount: false });
    await expect.poll(() => world.connections()).toBe(0);
    expect(await provider.send(message(), NEVER)).toMatchObject({ kind: 'retry' });
  });

  it('tries again where nobody listens', async () => {
    await world.close();
    expect(await provider.send(message(), NEVER)).toMatchObject({
      kind: 'retry',
      wholeAccount: true,
      answer: expect.stringContaining('ECONN'),
    });
  });
});
