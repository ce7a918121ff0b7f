/** A real SMTP server on a free loopback port that keeps what it is sent, and misbehaves where a test tells it to. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { PATIENCE_MS } from './patience.ts';

/** One message the server was sent whole. */
export interface ReceivedMail {
  /** The envelope's addresses: who it is really from and goes to. */
  readonly from: string;
  readonly to: readonly string[];
  /** Headers, text and HTML as a mail program reads them. */
  readonly parsed: ParsedMail;
  /** The bytes as they came. */
  readonly raw: string;
}

/** What the server does when a message for an address comes. */
export type SmtpAnswer =
  /** Takes it. */
  | { readonly kind: 'accept' }
  /** Refuses the address with a 4xx or 5xx code, at RCPT or after DATA. */
  | { readonly kind: 'refuse'; readonly code: number; readonly message?: string; readonly at?: 'RCPT' | 'DATA' }
  /** Reads the message and never answers. */
  | { readonly kind: 'hang' }
  /** Reads the message and answers for ever, a line every few milliseconds, without an end. */
  | { readonly kind: 'drip' }
  /** Reads the message and resets the connection. */
  | { readonly kind: 'reset' };

/** What a server asks of its clients besides mail. */
export interface SmtpSinkOptions {
  /** The one login that is right; without it there is none to give. */
  readonly login?: { readonly user: string; readonly password: string };
  /** PEM; with it TLS is spoken, from the first byte or after STARTTLS. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly implicit?: boolean };
}

interface Script {
  answer: SmtpAnswer;
  left: number;
}

interface Waiter {
  predicate: (mail: ReceivedMail) => boolean;
  resolve: (mail: ReceivedMail) => void;
}

const ACCEPT: SmtpAnswer = { kind: 'accept' };
const DRIP_EVERY_MS = 20;

/** The server; see {@link startSmtpSink}. */
export class SmtpSink {
  /** Messages accepted so far, in the order they came. */
  readonly mails: ReceivedMail[] = [];
  /** Messages that came whole but were never answered: hang, drip and reset. */
  readonly unanswered: ReceivedMail[] = [];
  /** The passwords that were given, right or wrong, in the order they came. */
  readonly passwords: string[] = [];
  /** While true, connections are accepted and no banner is sent. */
  silent = false;
  private readonly scripts = new Map<string, Script>();
  private readonly waiters = new Set<Waiter>();
  private readonly drips = new Set<NodeJS.Timeout>();
  private readonly server: SMTPServer;

  constructor({ login, tls }: SmtpSinkOptions = {}) {
    this.server = new SMTPServer({
      authOptional: login === undefined,
      // What a server must not do and some do: take a login in clear.
      allowInsecureAuth: true,
      disabledCommands: [...(login ? [] : ['AUTH']), ...(tls ? [] : ['STARTTLS'])],
      ...(tls && { key: tls.key, cert: tls.cert, secure: tls.implicit ?? false }),
      onAuth: ({ username, password }, _session, done) => {
        this.passwords.push(password ?? '');
        const right = username === login?.user && password === login?.password;
        // Some servers repeat what they refuse.
        done(right ? null : refusal({ code: 535, message: `5.7.8 no login ${password}` }), { user: username });
      },
      disableReverseLookup: true,
      closeTimeout: 1,
      onConnect: (_session, done) => {
        if (!this.silent) done();
      },
      onRcptTo: ({ address }, _session, done) => {
        const answer = this.peek(address);
        if (answer.kind !== 'refuse' || answer.at === 'DATA') return done();
        this.take(address);
        done(refusal(answer));
      },
      onData: (stream, session, done) => void this.receive(stream, session, done).catch(done),
    });
    // A client that resets or is cut off is an error event to the server and nothing to a test.
    this.server.on('error', () => undefined);
  }

  /** For SMTP_URL. */
  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** How many connections are open now. */
  get connections(): number {
    return this.server.connections.size;
  }

  /** Begins to listen; 0 takes any free port. */
  async listen(port: number): Promise<void> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server.server, 'listening');
  }

  /**
   * Says what to do with messages for an address from now on.
   *
   * @param address `*` for every address that has no answer of its own
   * @param times how many messages, before it accepts again
   */
  answer(address: string, answer: SmtpAnswer, times = Number.POSITIVE_INFINITY): void {
    this.scripts.set(address.toLowerCase(), { answer, left: times });
  }

  /** Accepted messages whose envelope names this address. */
  mailsTo(address: string): ReceivedMail[] {
    return this.mails.filter(({ to }) => to.some((other) => other.toLowerCase() === address.toLowerCase()));
  }

  /**
   * The first accepted message that fits, now or as soon as it comes.
   *
   * @param timeoutMs after which it throws, naming what came instead
   */
  waitForMail(predicate: (mail: ReceivedMail) => boolean = () => true, timeoutMs = PATIENCE_MS): Promise<ReceivedMail> {
    const present = this.mails.find(predicate);
    if (present) return Promise.resolve(present);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { predicate, resolve: (mail) => (clearTimeout(timer), resolve(mail)) };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        const seen = this.mails.map(({ to, parsed }) => `  ${to.join(', ')}: ${parsed.subject ?? ''}`);
        reject(new Error(`No mail that fits came within ${timeoutMs} ms. What came:\n${seen.join('\n') || '  nothing'}`));
      }, timeoutMs);
      this.waiters.add(waiter);
    });
  }

  /** Cuts every connection and stops listening. */
  async close(): Promise<void> {
    for (const drip of this.drips) clearInterval(drip);
    for (const connection of this.server.connections) connection._socket.destroy();
    await new Promise<void>((resolve) => this.server.close(resolve));
  }

  private async receive(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    done: (error?: Error | null, message?: string) => void,
  ): Promise<void> {
    const raw = await buffer(stream);
    const to = session.envelope.rcptTo.map(({ address }) => address);
    const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : '';
    const mail: ReceivedMail = { from, to, parsed: await simpleParser(raw), raw: raw.toString() };
    const answer = this.take(to[0]!);
    if (answer.kind === 'refuse') return done(refusal(answer));
    if (answer.kind !== 'accept') {
      this.unanswered.push(mail);
      return this.misbehave(answer.kind, session);
    }
    this.mails.push(mail);
    for (const waiter of this.waiters) {
      if (!waiter.predicate(mail)) continue;
      this.waiters.delete(waiter);
      waiter.resolve(mail);
    }
    done(null, 'taken');
  }

  private misbehave(kind: 'hang' | 'drip' | 'reset', session: SMTPServerSession): void {
    const socket = [...this.server.connections].find(({ id }) => id === session.id)?._socket;
    if (kind === 'hang' || !socket) return;
    if (kind === 'reset') {
      socket.resetAndDestroy();
      return;
    }
    const drip = setInterval(() => socket.writable && socket.write('250-wait\r\n'), DRIP_EVERY_MS);
    this.drips.add(drip);
    socket.once('close', () => {
      clearInterval(drip);
      this.drips.delete(drip);
    });
  }

  private scriptFor(address: string): Script | undefined {
    const own = this.scripts.get(address.toLowerCase());
    return own && own.left > 0 ? own : this.scripts.get('*');
  }

  private peek(address: string): SmtpAnswer {
    const script = this.scriptFor(address);
    return script && script.left > 0 ? script.answer : ACCEPT;
  }

  private take(address: string): SmtpAnswer {
    const answer = this.peek(address);
    const script = this.scriptFor(address);
    if (script) script.left -= 1;
    return answer;
  }
}

/**
 * Starts the server. The test closes it.
 *
 * @param port a fixed one, e.g. to come back where a server was before
 */
export async function startSmtpSink(port = 0, options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const sink = new SmtpSink(options);
  await sink.listen(port);
  return sink;
}

function refusal({ code, message = 'refused by the test' }: { code: number; message?: string }): Error {
  return Object.assign(new Error(message), { responseCode: code });
}

/** The HTML of a mail as a program reads it; empty where it has none. */
export function htmlOf({ html }: ParsedMail): string {
  return typeof html === 'string' ? html : '';
}
