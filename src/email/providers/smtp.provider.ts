import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import type { ProviderAccess } from '../settings/email-settings.rules.ts';
import { smtpFailure } from '../smtp-failure.ts';
import { closeSmtpPool, openSmtpPool, type SmtpServer } from '../smtp-pool.provider.ts';
import { answerLine } from './answer.ts';
import { Attempts } from './attempts.ts';
import type { EmailProvider, ProviderResult, UserMessage } from './provider.ts';
import type { SmtpGuard } from './smtp-guard.ts';
import { smtpSecurity } from './smtp-security.rules.ts';
import { composerOptions, refusedAddress } from './user-message.ts';

/** Connections of one account to its server; most submission servers allow ten or more from one address. */
const CONNECTIONS = 5;

type SmtpAccess = Extract<ProviderAccess, { provider: 'SMTP' }>;

/**
 * Mail through an account's own server. Every connection goes to an address that the guard has just checked.
 *
 * @param hosts says where connections may go
 * @param timeoutMs the hard deadline of an attempt
 */
export function smtpProvider(access: SmtpAccess, hosts: SmtpGuard, timeoutMs: number): EmailProvider {
  const { host, port, user, password } = access;
  const closing = new AbortController();
  const server = {
    host,
    port,
    ...smtpSecurity(port, user !== null, hosts.isTrusted(host, port)),
    auth: user === null ? undefined : { user, pass: password ?? '' },
    dial: async () => dial(await hosts.check(host, port), port, timeoutMs, closing.signal),
  };
  return poolProvider(server, timeoutMs, {
    headers: access.headers,
    secrets: password === null ? [] : loginForms(user ?? '', password),
    closing,
  });
}

/**
 * Mail of users over a pool of connections; also that of the built-in provider.
 *
 * @param extras headers of every mail, what must not stand in answers, and what to abort on closing
 */
export function poolProvider(
  server: SmtpServer,
  timeoutMs: number,
  extras: { headers?: Readonly<Record<string, string>>; secrets?: readonly string[]; closing?: AbortController } = {},
): EmailProvider {
  const pool = openSmtpPool(server, timeoutMs, CONNECTIONS);
  const mailer = createTransport(pool);
  const attempts = new Attempts(timeoutMs);
  const handOver = async (message: UserMessage, signal: AbortSignal): Promise<ProviderResult> => {
    try {
      const { response } = await mailer.sendMail({ ...composerOptions(message, extras.headers), signal });
      return { kind: 'sent', answer: answerLine(response, extras.secrets) };
    } catch (error) {
      return smtpFailure(error as Error, signal, extras.secrets);
    }
  };
  return {
    async send(message, signal) {
      return refusedAddress(message) ?? attempts.run(signal, (deadline) => handOver(message, deadline));
    },
    async close() {
      attempts.close();
      extras.closing?.abort();
      closeSmtpPool(pool);
    },
  };
}

async function dial(
  { address, family }: { address: string; family: 4 | 6 },
  port: number,
  timeoutMs: number,
  closing: AbortSignal,
): Promise<Socket> {
  const socket = connect({ host: address, port, family, noDelay: true, keepAlive: true });
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]) });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return socket;
}

/** Servers that repeat a login do so as it came: AUTH PLAIN is one word of both. */
function loginForms(user: string, password: string): string[] {
  return [password, `\0${user}\0${password}`];
}
