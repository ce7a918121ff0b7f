/**
 * Writes a mail as the bytes that travel: headers and two alternatives, text and HTML (RFC 5322, 2045 to 2047). Every byte
 * is ASCII and every line short, so any server takes it. nodemailer's composer can say far more and costs many times as
 * much; what cannot be said here is left to it.
 */
import { encodeWord, encodeWords, foldLines, quoteString } from 'nodemailer/lib/mime-funcs';
import { type Mailbox, oneLine, type OutgoingMail } from './outgoing-mail.ts';

/** In no encoded body: quoted-printable puts two hexadecimal digits behind every `=`, and base64 has no `_`. */
const BOUNDARY = '=_graceline';
/** RFC 2045: an encoded line has at most 76 characters, and one that goes on ends in a `=`. */
const LINE = 76;
/** RFC 2047: an encoded word has at most 75 characters; as nodemailer does, some are left for the name of the header. */
const WORD = 52;

const ATOM = "[a-z\\d!#$%&'*+/=?^_`{|}~-]+";
/** An address that stands in a header and in an envelope as it is. Anything else needs quoting or encoding. */
const PLAIN_ADDRESS = new RegExp(`^${ATOM}(?:\\.${ATOM})*@[a-z\\d-]+(?:\\.[a-z\\d-]+)*$`, 'i');
const LONGEST_ADDRESS = 254;
/** What identifies a mail, in a header by itself: no space, so never folded, and short enough not to need it. */
const TOKEN = /^[\x21-\x7e]{1,300}$/;
const PRINTABLE = /^[\x20-\x7e]*$/;
const LINE_BREAK = /\r\n|\r|\n/g;
/** A line that is its own quoted-printable: no `=`, no space at its end. */
const PLAIN_LINE = /^(?:[\x20-\x3c\x3e-\x7e]*[\x21-\x3c\x3e-\x7e])?$/;

/** What quoted-printable writes as its bytes: `=` and all that is no printable ASCII. */
const UNSAFE = /[^\x20-\x3c\x3e-\x7e]+/g;

/**
 * The message of a mail.
 *
 * @returns its bytes; null where an address or id is one that only nodemailer's composer can write
 */
export function mimeMessage(mail: OutgoingMail): Buffer | null {
  const plain = [mail.from, mail.to].every(({ address }) => address.length <= LONGEST_ADDRESS && PLAIN_ADDRESS.test(address));
  if (!plain || ![mail.id, mail.messageId, mail.listId].every((token) => TOKEN.test(token))) return null;
  const message = [
    `List-ID: <${mail.listId}>`,
    // Of a machine (RFC 3834): answering machines keep quiet, also those that know only the second.
    'Auto-Submitted: auto-generated',
    'X-Auto-Response-Suppress: All',
    `X-Graceline-Mail: ${mail.id}`,
    folded(`From: ${mailbox(mail.from)}`),
    folded(`To: ${mailbox(mail.to)}`),
    folded(`Subject: ${words(oneLine(mail.subject))}`),
    `Message-ID: ${mail.messageId}`,
    `Date: ${mail.date.toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${BOUNDARY}"`,
    '',
    part('plain', mail.text),
    part('html', mail.html),
    `--${BOUNDARY}--`,
    '',
  ];
  return Buffer.from(message.join('\r\n'), 'latin1');
}

function part(kind: 'plain' | 'html', body: string): string {
  // Where most is no ASCII, quoted-printable would make three characters of nearly every byte.
  const base64 = Buffer.byteLength(body) > body.length * 1.25;
  return [
    `--${BOUNDARY}`,
    `Content-Type: text/${kind}; charset=utf-8`,
    `Content-Transfer-Encoding: ${base64 ? 'base64' : 'quoted-printable'}`,
    '',
    base64 ? inBase64(body) : quotedPrintable(body),
  ].join('\r\n');
}

function inBase64(body: string): string {
  return Buffer.from(body.replace(LINE_BREAK, '\r\n')).toString('base64').replace(/.{76}/g, '$&\r\n');
}

function quotedPrintable(body: string): string {
  return body.split(LINE_BREAK).map(quotedLine).join('\r\n');
}

function quotedLine(line: string): string {
  if (line.length <= LINE && PLAIN_LINE.test(line)) return line;
  const quoted = line.replace(UNSAFE, escaped).replace(/ $/, '=20');
  if (quoted.length <= LINE) return quoted;
  let wrapped = '';
  let from = 0;
  while (quoted.length - from > LINE) {
    let to = from + LINE - 1;
    // Never between the `=` and its two digits.
    if (quoted[to - 1] === '=') to -= 1;
    else if (quoted[to - 2] === '=') to -= 2;
    wrapped += `${quoted.slice(from, to)}=\r\n`;
    from = to;
  }
  return wrapped + quoted.slice(from);
}

function escaped(run: string): string {
  return run === '=' ? '=3D' : Buffer.from(run).toString('hex').toUpperCase().replace(/../g, '=$&');
}

function mailbox({ name, address }: Mailbox): string {
  const line = oneLine(name);
  return line ? `${phrase(line)} <${address}>` : address;
}

function phrase(name: string): string {
  if (/^[\w ]*$/.test(name)) return name;
  // What looks like an encoded word would be read as one by many, also between quotes.
  return PRINTABLE.test(name) && !name.includes('=?') ? quoteString(name) : encodeWord(name, 'Q', WORD);
}

function words(text: string): string {
  if (!PRINTABLE.test(text)) return encodeWords(text, 'Q', WORD, true);
  return text.includes('=?') ? encodeWord(text, 'Q', WORD) : text;
}

function folded(header: string): string {
  return header.length <= LINE ? header : foldLines(header, LINE);
}
