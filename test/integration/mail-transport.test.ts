import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { MailTransport, OutgoingMail } from '../../src/email/outgoing-mail.ts';
import { renderReminder } from '../../src/email/reminder-mail.ts';
import { createTransport } from '../../src/email/transport.provider.ts';
import { newId } from '../../src/ids.ts';
import { content, NOW, section } from '../support/mail-fixtures.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp.ts';

const NEVER = new AbortController().signal;

function outgoing(changes: Partial<OutgoingMail> = {}, worded = renderReminder(content('ada@example.com'))): OutgoingMail {
  const id = newId();
  return {
    id,
    messageId: `<${id}@graceline.test>`,
    createdAt: NOW,
    date: NOW,
    from: { name: 'Example Platform', address: 'migrations@example.com' },
    to: { name: 'Ada Admin', address: 'ada@example.com' },
    listId: 'migrations.example.com',
    ...worded,
    ...changes,
  };
}

/** What people call themselves where nobody checks. */
const HOSTILE_NAMES = [
  'Ada\r\nBcc: victim@example.com',
  'Ada\nSubject: another',
  'Admin, Ada <victim@example.com>, "x"',
  '"quoted" \\ back',
  '<img src=x onerror=alert(1)>',
  'עדה לאבלייס',
  'Ada 👩‍💻 Ünïcode',
  '=?utf-8?q?=0D=0ABcc:_victim=40example.com?=',
  '\u202eecilA',
  'x'.repeat(100_000),
  '',
];

describe('SMTP', () => {
  let sink: SmtpSink;
  let transport: MailTransport;

  beforeEach(async () => {
    sink = await startSmtpSink();
    transport = createTransport({ SMTP_URL: sink.url, DATA_DIR: '/nowhere', MAIL_TIMEOUT_SECONDS: 20 });
  });
  afterEach(async () => {
    await transport.close();
    await sink.close();
  });

  it('gives a login to another machine over TLS alone, unless its address says otherwise', async () => {
    const login = { user: 'mailer', password: 's3cret-password' };
    const server = await startSmtpSink(0, { login });
    onTestFinished(() => server.close());
    const sendTo = async (host: string, query = '') => {
      const url = `smtp://${login.user}:${login.password}@${host}:${new URL(server.url).port}${query}`;
      const other = createTransport({ SMTP_URL: url, DATA_DIR: '/nowhere', MAIL_TIMEOUT_SECONDS: 20 });
      onTestFinished(() => other.close());
      return other.send(outgoing(), NEVER);
    };
    // It leads here too, and nothing can know before it is asked for.
    expect(await sendTo('127.1')).toMatchObject({ kind: 'retry', reason: expect.stringMatching(/TLS/) });
    expect(server.passwords).toEqual([]);
    expect(await sendTo('127.1', '?requireTLS=false')).toMatchObject({ kind: 'sent' });
    expect(await sendTo('127.0.0.1')).toMatchObject({ kind: 'sent' });
  });

  it('sends text and HTML with the headers of a service mail', async () => {
    const mail = outgoing();
    expect(await transport.send(mail, NEVER)).toMatchObject({ kind: 'sent' });
    const { parsed, from, to, raw } = await sink.waitForMail();
    expect(from).toBe('migrations@example.com');
    expect(to).toEqual(['ada@example.com']);
    expect(parsed.subject).toBe(mail.subject);
    expect(parsed.text?.trim()).toBe(mail.text.trim());
    expect(parsed.html).toBe(mail.html);
    expect(parsed.messageId).toBe(mail.messageId);
    expect(parsed.date).toEqual(NOW);
    expect(parsed.from?.value).toEqual([{ name: 'Example Platform', address: 'migrations@example.com' }]);
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
    expect(parsed.headers.get('x-graceline-mail')).toBe(mail.id);
    expect(raw).toMatch(/^List-ID: <migrations\.example\.com>\r$/im);
    expect(raw).not.toMatch(/^(List-Unsubscribe|X-Mailer):/im);
  });

  it.each(HOSTILE_NAMES.map((name) => [JSON.stringify(name).slice(0, 40), name] as const))(
    'lets no name become a header or a recipient: %s',
    async (_shown, name) => {
      const administrator = { name, email: 'ada@example.com', timeZone: 'Europe/Berlin', locale: 'en-GB' };
      const worded = renderReminder(content('ada@example.com', { administrator, platformName: name, open: [section({ title: name })] }));
      const mail = outgoing({ to: { name, address: 'ada@example.com' }, from: { name, address: 'migrations@example.com' } }, worded);
      expect(await transport.send(mail, NEVER)).toMatchObject({ kind: 'sent' });
      const { parsed, to, raw } = await sink.waitForMail();
      expect(to).toEqual(['ada@example.com']);
      const [addressee, ...others] = [parsed.to].flat().flatMap((header) => header!.value);
      expect(others).toEqual([]);
      expect(addressee!.address).toBe('ada@example.com');
      const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
      const headers = head.match(/^[\w-]+(?=:)/gm)!.map((key) => key.toLowerCase());
      expect(headers).toHaveLength(new Set(headers).size);
      expect(headers).not.toContain('bcc');
      expect(head).not.toMatch(/(?<!\r)\n|\r(?!\n)/);
      expect(parsed.html).not.toMatch(/<(img|script)/i);
    },
  );

  it('keeps a name that is merely unusual', async () => {
    await transport.send(outgoing({ to: { name: 'Lovelace, Ada "Countess" 👑 עדה', address: 'ada@example.com' } }), NEVER);
    const { parsed } = await sink.waitForMail();
    expect([parsed.to].flat()[0]!.value).toEqual([{ name: 'Lovelace, Ada "Countess" 👑 עדה', address: 'ada@example.com' }]);
  });

  it.each([
    { code: 450, at: 'RCPT', kind: 'retry' },
    { code: 452, at: 'DATA', kind: 'retry' },
    { code: 550, at: 'RCPT', kind: 'rejected' },
    { code: 554, at: 'DATA', kind: 'rejected' },
    { code: 530, at: 'RCPT', kind: 'retry' },
  ] as const)('takes $code at $at for "$kind", and says what the server said', async ({ code, at, kind }) => {
    sink.answer('ada@example.com', { kind: 'refuse', code, at, message: 'because of reasons' });
    const result = await transport.send(outgoing(), NEVER);
    expect(result).toMatchObject({ kind, reason: expect.stringMatching(new RegExp(`^${code}.*because of reasons$`)) });
    sink.answer('ada@example.com', { kind: 'accept' });
    expect(await transport.send(outgoing(), NEVER)).toMatchObject({ kind: 'sent' });
  });

  it('rejects an address that can be none, without asking the server', async () => {
    expect(await transport.send(outgoing({ to: { name: 'Ada', address: 'no address' } }), NEVER)).toMatchObject({ kind: 'rejected' });
    expect(sink.mails).toEqual([]);
  });

  it.each(['drip', 'hang'] as const)('cuts off a server that does %s after DATA at the deadline, and goes on', async (kind) => {
    sink.answer('ada@example.com', { kind }, 1);
    const started = performance.now();
    expect(await transport.send(outgoing(), AbortSignal.timeout(1_500))).toMatchObject({
      kind: 'retry',
      reason: expect.stringContaining('in time'),
    });
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(sink.unanswered).toHaveLength(1);
    await expect.poll(() => sink.connections).toBe(0);
    expect(await transport.send(outgoing(), NEVER)).toMatchObject({ kind: 'sent' });
  });

  it('cuts off a server that never greets', async () => {
    sink.silent = true;
    expect(await transport.send(outgoing(), AbortSignal.timeout(300))).toMatchObject({ kind: 'retry' });
    await expect.poll(() => sink.connections).toBe(0);
  });

  it('leaves it to the ledger to send again after a reset', async () => {
    sink.answer('ada@example.com', { kind: 'reset' });
    expect(await transport.send(outgoing(), NEVER)).toMatchObject({ kind: 'retry' });
    expect(sink.unanswered).toHaveLength(1);
  });

  it('retries where nobody listens', async () => {
    const gone = createTransport({ SMTP_URL: 'smtp://127.0.0.1:1', DATA_DIR: '/nowhere', MAIL_TIMEOUT_SECONDS: 5 });
    onTestFinished(() => gone.close());
    expect(await gone.send(outgoing(), NEVER)).toMatchObject({ kind: 'retry', reason: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('files', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'graceline-mail-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const open = (dataDir: string) => createTransport({ SMTP_URL: undefined, DATA_DIR: dataDir, MAIL_TIMEOUT_SECONDS: 5 });

  it('writes a mail that programs can read, one file however often it is sent', async () => {
    const mail = outgoing({ to: { name: 'Lovelace, Ada\r\nBcc: victim@example.com', address: 'ada@example.com' } });
    for (const date of [NOW, new Date(NOW.getTime() + 3_600_000)])
      expect(await open(folder).send({ ...mail, date }, NEVER)).toMatchObject({ kind: 'sent' });
    expect(await readdir(join(folder, 'mail'))).toEqual([`20260501T080000.000Z-${mail.id}.eml`]);
    const parsed = await simpleParser(await readFile(join(folder, 'mail', `20260501T080000.000Z-${mail.id}.eml`)));
    expect(parsed).toMatchObject({ subject: mail.subject, html: mail.html, messageId: mail.messageId });
    expect([parsed.to].flat()[0]!.value).toEqual([{ name: 'Lovelace, Ada Bcc: victim@example.com', address: 'ada@example.com' }]);
  });

  it('says so where it cannot write', async () => {
    expect(await open('/dev/null').send(outgoing(), NEVER)).toMatchObject({ kind: 'retry', reason: expect.stringContaining('/dev/null') });
  });
});
