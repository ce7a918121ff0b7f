import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What the sink took since it was last asked. */
export interface SinkReport {
  readonly messages: number;
  /** Different Message-IDs among them. */
  readonly distinct: number;
  readonly recipients: number;
  readonly bytes: number;
  /** The first message, a character for each byte; null where none came. */
  readonly sample: string | null;
}

/** An SMTP server in a process of its own. */
export class Sink {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** Starts it on a free loopback port. */
  static async start(): Promise<Sink> {
    const child = fork(fileURLToPath(new URL('./sink.child.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new Sink(child, port);
  }

  /** For SMTP_URL. */
  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /**
   * Makes sure that every message came, each once and to one recipient.
   *
   * @returns what came, of which the sink then knows nothing more
   */
  async expectMessages(count: number): Promise<SinkReport> {
    this.child.send('report');
    const [report] = (await once(this.child, 'message')) as [SinkReport];
    const { messages, distinct, recipients } = report;
    if (messages !== count || distinct !== count || recipients !== count)
      throw new Error(`The sink took ${messages} messages, ${distinct} different, for ${recipients} recipients; sent were ${count}.`);
    return report;
  }

  /** Stops it. */
  async close(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.disconnect();
    await gone;
  }
}
