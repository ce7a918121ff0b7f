import type { Socket } from 'node:net';
import SMTPPool from 'nodemailer/lib/smtp-pool';
import { loginOf } from './smtp-login.ts';

/** Long enough to serve one sweep after another, short enough that the server does not hang up first. */
const IDLE_MS = 60_000;
const THIS_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A server: as an address such as SMTP_URL, or taken apart. */
export type SmtpServer =
  | { readonly url: string }
  | {
      /** Whose certificate is asked for. */
      readonly host: string;
      readonly port: number;
      /** TLS from the first byte. */
      readonly secure: boolean;
      /** Nothing but the greeting before STARTTLS; where the server offers none, no mail. */
      readonly requireTLS: boolean;
      readonly auth: { readonly user: string; readonly pass: string } | undefined;
      /** Connects; asked for every connection of the pool. */
      readonly dial: () => Promise<Socket>;
    };

/**
 * Opens a pool of connections, as all our mail over SMTP uses it.
 *
 * @param timeoutMs how long connecting, the greeting and any silence may last; the whole of an attempt is bounded by its signal
 * @param maxConnections how many messages can be under way at once
 */
export function openSmtpPool(server: SmtpServer, timeoutMs: number, maxConnections: number): SMTPPool {
  return new SMTPPool({
    ...('url' in server ? addressed(server.url) : dialled(server)),
    pool: true,
    maxConnections,
    // Whether a message goes out again is the ledger's decision alone, which counts it.
    maxRequeues: 0,
    idleTimeout: IDLE_MS,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    // A server that drips keeps a politely closed connection open for ever.
    socketCloseTimeout: 0,
  });
}

/**
 * Between machines a login goes over TLS or not at all: whoever can cut STARTTLS out of a greeting would read it. The address
 * itself has the last word, with `?requireTLS=false`.
 */
function addressed(url: string): { url: string; requireTLS: boolean } {
  const { protocol, hostname } = new URL(url);
  return { url, requireTLS: protocol === 'smtp:' && loginOf(url) !== null && !THIS_MACHINE.has(hostname) };
}

function dialled({ dial, ...server }: Exclude<SmtpServer, { url: string }>): Omit<SMTPPool.Options, 'pool'> {
  return {
    ...server,
    getSocket: (_options, done) => {
      dial().then(
        (connection) => done(null, { connection }),
        (error: unknown) => done(error as Error, false),
      );
    },
  };
}

/** Cuts every connection of the pool, also those that are in use. */
export function closeSmtpPool(pool: SMTPPool): void {
  pool.close({ force: true });
}
