import fc from 'fast-check';
import { type AddressObject, simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { mimeMessage } from '../../../src/email/mime.ts';
import { oneLine, type OutgoingMail } from '../../../src/email/outgoing-mail.ts';
import { NOW } from '../../support/mail-fixtures.ts';

function outgoing(changes: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    id: '01a20514-300c-76fc-b8a1-d52c71331aa1',
    messageId: '<01a20514-300c-76fc-b8a1-d52c71331aa1@graceline.test>',
    createdAt: NOW,
    date: NOW,
    from: { name: 'Example Platform', address: 'migrations@example.com' },
    to: { name: 'Ada Admin', address: 'ada@example.com' },
    listId: 'migrations.example.com',
    subject: 'Action needed',
    text: 'Hello\n',
    html: '<p>Hello</p>\n',
    ...changes,
  };
}

/** Whatever UTF-16 can hold, with much of what mail gives a meaning to: breaks, dots, `=`, encoded words, boundaries. */
const TELLING = [
  '\r\n',
  '\n',
  '\r',
  '\n.\n',
  ' \n',
  '\t',
  ' ',
  '=',
  '=3D',
  '=?utf-8?Q?=0D=0ABcc:_x?=',
  '--=_graceline',
  '"',
  '\\',
  '<',
  ',',
  '.',
  '\0',
];
const text = (maxLength = 60) =>
  fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.string({ maxLength: 200 }),
        fc.constantFrom(...TELLING, 'ü', '子', '👩‍💻', '\ud800'),
      ),
      { maxLength },
    )
    .map((parts) => parts.join(''));

/** An empty part is read as an empty line. */
const body = text().map((written) => written || '.');
const addressOf = (address: AddressObject | AddressObject[] | undefined) => [address ?? []].flat().flatMap(({ value }) => value);
const HEADERS = [
  'auto-submitted',
  'content-type',
  'date',
  'from',
  'list-id',
  'message-id',
  'mime-version',
  'subject',
  'to',
  'x-auto-response-suppress',
  'x-graceline-mail',
];

/** Only whole, short lines of ASCII: what every server takes (RFC 5321, 4.5.3.1.6) and no header can hide in. */
function expectSafe(message: Buffer): void {
  const raw = message.toString('latin1');
  expect(raw).toMatch(/^[\t\r\n\x20-\x7e]*$/);
  expect(raw).not.toMatch(/(?<!\r)\n|\r(?!\n)/);
  expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
  const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
  expect(
    head
      .match(/^[^:\s]+(?=:)/gm)!
      .map((key) => key.toLowerCase())
      .toSorted(),
  ).toEqual(HEADERS);
}

describe('the bytes of a mail', () => {
  it('say what it says, whatever people called themselves', async () => {
    await fc.assert(
      fc.asyncProperty(text(12), text(12), text(12), async (sender, recipient, subject) => {
        const from = { name: sender, address: 'migrations@example.com' };
        const to = { name: recipient, address: 'ada+tag@mail.example.com' };
        const message = mimeMessage(outgoing({ from, to, subject }))!;
        expectSafe(message);
        const parsed = await simpleParser(message);
        // What is no character cannot be told from what replaces it, and a reader may close up spaces.
        expect(addressOf(parsed.from)).toEqual([{ ...from, name: oneLine(sender) }]);
        expect(addressOf(parsed.to)).toEqual([{ ...to, name: oneLine(recipient) }]);
        expect(parsed.subject ?? '').toBe(oneLine(subject));
        expect([parsed.cc, parsed.bcc]).toEqual([undefined, undefined]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('hold both bodies whole', async () => {
    await fc.assert(
      fc.asyncProperty(body, body, async (plain, html) => {
        const message = mimeMessage(outgoing({ text: plain, html }))!;
        expectSafe(message);
        const parsed = await simpleParser(message, { skipTextToHtml: true });
        const lines = (written: string) => written.toWellFormed().replaceAll(/\r\n|\r/g, '\n');
        expect(lines(parsed.text ?? '')).toBe(lines(plain));
        expect(lines(String(parsed.html))).toBe(lines(html));
      }),
      { numRuns: 1_000 },
    );
  });

  it('fold no line of a body beyond 76 characters', () => {
    const message = mimeMessage(outgoing({ text: 'x'.repeat(5_000), html: 'é'.repeat(5_000) + '='.repeat(100) }))!.toString('latin1');
    expect(Math.max(...message.split('\r\n').map((line) => line.length))).toBe(76);
  });

  it('are left to nodemailer where an address or id needs more than to be written down', () => {
    for (const address of [
      'a b@example.com',
      '"a"@example.com',
      'ä@example.com',
      'a@bücher.example',
      'a@[127.0.0.1]',
      'a@b@c',
      'a',
      '',
      'a@x\r\nBcc: b@c',
      `${'a'.repeat(300)}@example.com`,
    ]) {
      expect(mimeMessage(outgoing({ to: { name: 'Ada', address } }))).toBeNull();
      expect(mimeMessage(outgoing({ from: { name: 'Ada', address } }))).toBeNull();
    }
    for (const token of ['', 'a b', 'a\r\nBcc: b@c', 'ä', 'x'.repeat(400)])
      for (const key of ['id', 'messageId', 'listId']) expect(mimeMessage(outgoing({ [key]: token }))).toBeNull();
  });
});
