/** A real SMTP server that takes its time, keeps no more of a mail than its name, and misbehaves where it is told to. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { atEndOfFile } from '../../support/end-of-file.ts';

/** What it does with a mail. */
export type MailAnswer =
  /** Takes it after so many ms. */
  | { readonly kind: 'take'; readonly afterMs: number }
  /** Refuses the address or the message, for now (4xx) or for good (5xx). */
  | { readonly kind: 'refuse'; readonly code: number; readonly at: 'RCPT' | 'DATA' }
  /** Never answers. */
  | { readonly kind: 'nothing' }
  /** Answers with a line that never ends, a byte a second. */
  | { readonly kind: 'drip' }
  /** Resets the connection once it has the message. */
  | { readonly kind: 'reset' }
  /** The same, but has taken the mail: nobody can know. */
  | { readonly kind: 'takeAndReset' };

/** A mail that was taken. */
export interface TakenMail {
  readonly to: string;
  readonly messageId: string;
}

/** What a real server takes for a mail. */
const TAKEN_WITHIN_MS = { least: 10, most: 150 };
const DRIP_EVERY_MS = 1_000;
const MESSAGE_ID = /^message-id:\s*(<[^>]+>)/im;

/** Starts a server that takes everything. */
export function startMailServer(random: () => number): Promise<MailServer> {
  const { least, most } = TAKEN_WITHIN_MS;
  return MailServer.start(() => ({ kind: 'take', afterMs: least + (most - least) * random() }));
}

/** See the top of this file. */
export class MailServer {
  /** What it took, in the order it came. */
  taken: TakenMail[] = [];
  private readonly drips = new Set<NodeJS.Timeout>();
  private readonly server: SMTPServer;

  /** @param answerTo decides what becomes of a mail; asked once for each, with whom it is for */
  constructor(private answerTo: (to: string) => MailAnswer) {
    const answers = new WeakMap<SMTPServerSession, MailAnswer>();
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 1,
      onRcptTo: ({ address }, session, done) => {
        const answer = this.answerTo(address);
        answers.set(session, answer);
        done(answer.kind === 'refuse' && answer.at === 'RCPT' ? refusal(answer.code) : null);
      },
      onData: (stream, session, done) => {
        this.receive(stream, session, answers.get(session)!, done).catch(done);
      },
    });
    this.server.on('error', () => undefined);
  }

  /** Starts one; it ends with the file or campaign. */
  static async start(answerTo: (to: string) => MailAnswer): Promise<MailServer> {
    const server = new MailServer(answerTo);
    server.server.listen(0, '127.0.0.1');
    await once(server.server.server, 'listening');
    atEndOfFile(() => server.close());
    return server;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  /** From now on it answers so. */
  behave(answerTo: (to: string) => MailAnswer): void {
    this.answerTo = answerTo;
  }

  private async receive(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    answer: MailAnswer,
    done: (error?: Error | null, message?: string) => void,
  ): Promise<void> {
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    const mail = { to: session.envelope.rcptTo[0]!.address, messageId: MESSAGE_ID.exec(text)?.[1] ?? 'none' };
    switch (answer.kind) {
      case 'take':
        await sleep(answer.afterMs);
        this.taken.push(mail);
        return done(null, 'taken');
      case 'refuse':
        return done(refusal(answer.code));
      case 'nothing':
        return;
      case 'drip':
        return this.drip(session);
      case 'takeAndReset':
        this.taken.push(mail);
        return void this.socketOf(session)?.resetAndDestroy();
      case 'reset':
        return void this.socketOf(session)?.resetAndDestroy();
    }
  }

  private drip(session: SMTPServerSession): void {
    const socket = this.socketOf(session);
    if (!socket) return;
    const timer = setInterval(() => socket.writable && socket.write('2'), DRIP_EVERY_MS);
    this.drips.add(timer);
    socket.once('close', () => {
      clearInterval(timer);
      this.drips.delete(timer);
    });
  }

  private socketOf({ id }: SMTPServerSession): Socket | undefined {
    return [...this.server.connections].find((connection) => connection.id === id)?._socket;
  }

  private async close(): Promise<void> {
    for (const drip of this.drips) clearInterval(drip);
    for (const { _socket } of this.server.connections) _socket.destroy();
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}

function refusal(code: number): Error {
  return Object.assign(new Error('refused by the campaign'), { responseCode: code });
}
