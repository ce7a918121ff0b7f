import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { domainToASCII } from 'node:url';
import { createTransport } from 'nodemailer';
import type { ProviderAccess } from '../settings/email-settings.rules.ts';
import { smtpFailure } from '../smtp-failure.ts';
import { secretsOf, type SmtpLogin } from '../smtp-login.ts';
import { closeSmtpPool, openSmtpPool, type SmtpServer } from '../smtp-pool.provider.ts';
import { answerLine } from './answer.ts';
import { Attempts } from './attempts.ts';
import type { EmailProvider, ProviderResult, UserMessage } from './provider.ts';
import type { SmtpGuard } from './smtp-guard.ts';
import { smtpSecurity } from './smtp-security.rules.ts';
import { composerOptions } from './user-message.ts';

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
    host: certifiedName(host),
    port,
    ...smtpSecurity(port, user !== null, hosts.isTrusted(host, port)),
    auth: user === null ? undefined : { user, pass: password ?? '' },
    dial: async () => dial(await hosts.check(host, port), port, timeoutMs, closing.signal),
  };
  const login = user === null || password === null ? null : { user, password };
  return poolProvider(server, timeoutMs, { headers: access.headers, login, closing });
}

/** A host as certificates name it: IDNA, and of an IPv6 address no brackets. */
function certifiedName(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) ? bare : domainToASCII(bare);
}

/** What is particular to the one whose pool it is. */
export interface PoolExtras {
  /** Further headers of every mail. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Must not stand in answers. */
  readonly login?: SmtpLogin | null;
  /** Aborted on closing. */
  readonly closing?: AbortController;
}

/**
 * Mail of users over a pool of connections; also that of the built-in provider.
 *
 * @param timeoutMs the hard deadline of an attempt
 */
export function poolProvider(server: SmtpServer, timeoutMs: number, { headers, login, closing }: PoolExtras = {}): EmailProvider {
  const secrets = secretsOf(login ?? null);
  const pool = openSmtpPool(server, timeoutMs, CONNECTIONS);
  const mailer = createTransport(pool);
  const handOver = async (message: UserMessage, signal: AbortSignal): Promise<ProviderResult> => {
    try {
      const { response } = await mailer.sendMail({ ...composerOptions(message, headers), signal });
      return { kind: 'sent', answer: answerLine(response, secrets) };
    } catch (error) {
      return smtpFailure(error as Error, signal, secrets);
    }
  };
  return new Attempts(timeoutMs).provider(handOver, () => {
    closing?.abort();
    closeSmtpPool(pool);
  });
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
