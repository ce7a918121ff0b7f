import { connect } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createProvider } from '../../src/email/providers/create-provider.ts';
import type { EmailProvider, UserMessage } from '../../src/email/providers/provider.ts';
import { SmtpGuard } from '../../src/email/providers/smtp-guard.ts';
import type { Lookup } from '../../src/outbound/host-guard.ts';
import { smtpSecurity } from '../../src/email/providers/smtp-security.rules.ts';
import { poolProvider } from '../../src/email/providers/smtp.provider.ts';
import { certificateFor } from '../support/certificate.ts';
import { type SmtpSink, type SmtpSinkOptions, startSmtpSink } from '../support/smtp.ts';

const NEVER = new AbortController().signal;
const HOST = 'mail.acme.test';
const LOGIN = { user: 'mailer', password: 's3cret-password' };
const TIMEOUT_MS = 5_000;

const MESSAGE: UserMessage = {
  messageId: '<1@mail.example.com>',
  date: new Date('2026-05-01T08:00:00Z'),
  from: { name: 'Acme', address: 'shop@acme.example' },
  to: { name: 'Ada', address: 'ada@example.com' },
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
};

const certificate = certificateFor(HOST);
const authorities = getCACertificates('default');
beforeEach(() => setDefaultCACertificates([...authorities, certificate.cert]));
afterEach(() => setDefaultCACertificates(authorities));

async function sinkWith(options: SmtpSinkOptions): Promise<SmtpSink> {
  const sink = await startSmtpSink(0, options);
  onTestFinished(() => sink.close());
  return sink;
}

function portOf(sink: SmtpSink): number {
  return Number(new URL(sink.url).port);
}

/** A provider for {@link HOST}, which DNS puts at the loopback address and the operator trusts. */
function providerAt(
  port: number,
  host = HOST,
  lookup: Lookup = async () => [{ address: '127.0.0.1' }],
  trusted = [`${host}:${port}`],
): EmailProvider {
  const access = { provider: 'SMTP', host, port, ...LOGIN, headers: { 'X-Class': 'users', 'Auto-Submitted': 'auto-replied' } } as const;
  const urls = { mandrillUrl: 'http://127.0.0.1:1', sendgridUrl: 'http://127.0.0.1:1' };
  const provider = createProvider(access, { ...urls, timeoutMs: TIMEOUT_MS, hosts: new SmtpGuard(trusted, lookup) });
  onTestFinished(() => provider.close());
  return provider;
}

describe('TLS', () => {
  it('is begun by STARTTLS where the server offers it, with the certificate of the name and not of the address', async () => {
    const sink = await sinkWith({ login: LOGIN, tls: certificate });
    expect(await providerAt(portOf(sink)).send(MESSAGE, NEVER)).toMatchObject({ kind: 'sent' });
    expect(sink.mails).toHaveLength(1);
  });

  it('takes the certificate of a name in its own script, which certificates write in ASCII', async () => {
    const inAscii = certificateFor('xn--bcher-kva.acme.test');
    setDefaultCACertificates([...authorities, inAscii.cert]);
    const sink = await sinkWith({ login: LOGIN, tls: inAscii });
    expect(await providerAt(portOf(sink), 'bücher.acme.test').send(MESSAGE, NEVER)).toMatchObject({ kind: 'sent' });
  });

  it('refuses the certificate of another name before it says anything secret', async () => {
    const sink = await sinkWith({ login: LOGIN, tls: certificate });
    const result = await providerAt(portOf(sink), 'other.acme.test').send(MESSAGE, NEVER);
    expect(result).toMatchObject({ kind: 'retry', wholeAccount: true, answer: expect.stringContaining('other.acme.test') });
    expect(sink.passwords).toEqual([]);
  });

  it('is there from the first byte on port 465', async () => {
    const sink = await sinkWith({ login: LOGIN, tls: { ...certificate, implicit: true } });
    // The port is what the account says; the operator of this test cannot listen on it.
    const dial = async () => {
      const socket = connect(portOf(sink), '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      return socket;
    };
    const server = { host: HOST, port: 465, ...smtpSecurity(465, true, false), auth: { user: LOGIN.user, pass: LOGIN.password }, dial };
    const provider = poolProvider(server, TIMEOUT_MS, { login: LOGIN });
    onTestFinished(() => provider.close());
    expect(await provider.send(MESSAGE, NEVER)).toMatchObject({ kind: 'sent' });
  });

  it.each([25, 587, 2525])('is a condition of a login on port %i to a server that nobody vouches for', async (port) => {
    const sink = await sinkWith({ login: LOGIN });
    const dial = async () => {
      const socket = connect(portOf(sink), '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      return socket;
    };
    const server = { host: HOST, port, ...smtpSecurity(port, true, false), auth: { user: LOGIN.user, pass: LOGIN.password }, dial };
    const provider = poolProvider(server, TIMEOUT_MS, { login: LOGIN });
    onTestFinished(() => provider.close());
    expect(await provider.send(MESSAGE, NEVER)).toMatchObject({
      kind: 'retry',
      wholeAccount: true,
      answer: expect.stringMatching(/STARTTLS/),
    });
    expect(sink.passwords).toEqual([]);
    expect(sink.mails).toEqual([]);
  });

  it('may be missing at a server that the operator vouches for', async () => {
    const sink = await sinkWith({ login: LOGIN });
    expect(await providerAt(portOf(sink)).send(MESSAGE, NEVER)).toMatchObject({ kind: 'sent' });
    expect(sink.passwords).toEqual([LOGIN.password]);
  });
});

describe('connections', () => {
  it('go to the address that was checked, and a DNS that changes its answer is asked for each', async () => {
    const sink = await sinkWith({ login: LOGIN });
    const answers = ['127.0.0.1', '127.0.0.2'];
    let asked = 0;
    const provider = providerAt(portOf(sink), HOST, async () => [{ address: answers[asked++ % 2]! }]);
    expect(await provider.send(MESSAGE, NEVER)).toMatchObject({ kind: 'sent' });
    expect(asked).toBe(1);
    // The server of the first address hangs up, so a new connection is made: to the second, where nobody listens.
    sink.answer('*', { kind: 'reset' }, 1);
    expect(await provider.send(MESSAGE, NEVER)).toMatchObject({ kind: 'retry' });
    expect(await provider.send(MESSAGE, NEVER)).toMatchObject({ kind: 'retry', answer: expect.stringContaining('127.0.0.2') });
    expect(asked).toBe(2);
  });

  it('are not made where DNS leads into the platform by the time of sending', async () => {
    const sink = await sinkWith({ login: LOGIN });
    const provider = providerAt(587, HOST, async () => [{ address: '127.0.0.1' }], []);
    expect(await provider.send(MESSAGE, NEVER)).toEqual({
      kind: 'rejected',
      about: 'CREDENTIALS',
      answer: expect.stringContaining('not on the public internet'),
    });
    expect(sink.connections).toBe(0);
  });

  it('are tried again later where DNS does not answer', async () => {
    const provider = providerAt(587, HOST, async () => Promise.reject(new Error('queryA ETIMEOUT')), []);
    expect(await provider.send(MESSAGE, NEVER)).toMatchObject({ kind: 'retry', wholeAccount: true, answer: expect.stringContaining(HOST) });
  });
});

it('adds the headers of the account once, and its own where the account has none', async () => {
  const sink = await sinkWith({ login: LOGIN });
  expect(await providerAt(portOf(sink)).send(MESSAGE, NEVER)).toMatchObject({ kind: 'sent' });
  const { raw } = await sink.waitForMail();
  expect(raw.match(/^Auto-Submitted: .*$/gim)).toEqual(['Auto-Submitted: auto-replied']);
  expect(raw).toMatch(/^X-Class: users\r$/m);
});
