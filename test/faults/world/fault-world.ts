/** The service at work in a world of its own that is about to be harmed: PostgreSQL, APIs, workers, a mail server, a receiver of webhooks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYSTEM } from '../../../src/auth/actor.ts';
import { LastUseRecorder } from '../../../src/auth/last-use-recorder.ts';
import type { NewToken } from '../../../src/auth/tokens.rules.ts';
import { TokensService } from '../../../src/auth/tokens.service.ts';
import { Database } from '../../../src/db/database.ts';
import { Wake } from '../../../src/events/wake.ts';
import { atEndOfFile } from '../../support/end-of-file.ts';
import { silent } from '../../support/house.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { type Receiver, startReceiver } from '../../support/webhook-receiver.ts';
import type { MailServer } from './mail-server.ts';
import { type ProcessKind, Supervised } from './supervised.ts';
import { TickingClock } from './ticking-clock.ts';

/** REMINDER_HOUR of the processes. */
export const REMINDER_HOUR = 9;

/** MAIL_TIMEOUT_SECONDS of the processes. */
export const MAIL_TIMEOUT_MS = 5_000;

/** What a world is made of, beside what every one has. */
export interface FaultWorldOptions {
  readonly postgres: PostgresServer;
  /** The first instant of its clock. */
  readonly start: string;
  readonly mail: MailServer;
  /** Where the processes find it. */
  readonly smtpPort: number;
}

/** See the top of this file. Made by {@link createFaultWorld}. */
export class FaultWorld {
  readonly apis: Supervised[] = [];
  readonly workers: Supervised[] = [];

  constructor(
    readonly postgres: PostgresServer,
    /** For what no client can see, and for rows by the thousand. */
    readonly db: Database,
    readonly clock: TickingClock,
    readonly mail: MailServer,
    readonly receiver: Receiver,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  get processes(): readonly Supervised[] {
    return [...this.apis, ...this.workers];
  }

  get urls(): string[] {
    return this.apis.map(({ url }) => url);
  }

  /** Starts processes of a kind, and waits until all are up. @param envs of each, beside what all of this world have */
  async start(kind: ProcessKind, envs: readonly Readonly<Record<string, string>>[]): Promise<void> {
    const all = kind === 'API' ? this.apis : this.workers;
    for (const env of envs) all.push(await Supervised.start(kind, { ...this.env, ...env }));
    await this.untilUp();
  }

  /** Waits until every process is up. */
  async untilUp(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.untilUp()));
  }

  /** Ends every process for good. */
  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
  }

  /** Makes the token of somebody. The first of all tokens has to come from somewhere. */
  async createToken(input: NewToken): Promise<string> {
    const wake = new Wake(this.db, silent);
    const tokens = new TokensService(this.db, wake, this.clock, new LastUseRecorder(this.db, silent));
    const { token } = await tokens.createToken(SYSTEM, input);
    await wake.close();
    return token;
  }
}

/** Makes a world without processes. It ends with the file or campaign. */
export async function createFaultWorld({ postgres, start, mail, smtpPort }: FaultWorldOptions): Promise<FaultWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'graceline-faults-'));
  const clock = new TickingClock(join(folder, 'clock'), new Date(start));
  const receiver = await startReceiver();
  const db = await Database.connect(postgres.url, 4);
  const world = new FaultWorld(postgres, db, clock, mail, receiver, {
    DATABASE_URL: postgres.url,
    DATABASE_POOL_SIZE: '6',
    // Longer than a server takes to recover.
    DATABASE_WAIT_SECONDS: '60',
    DATA_DIR: folder,
    SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
    REMINDER_HOUR: String(REMINDER_HOUR),
    MAIL_TIMEOUT_SECONDS: String(MAIL_TIMEOUT_MS / 1_000),
    TRUSTED_WEBHOOK_HOSTS: receiver.host,
    ENCRYPTION_KEYS: `faults:${Buffer.alloc(32, 7).toString('base64')}`,
    SWEEP_INTERVAL_SECONDS: '2',
    CLOCK_FILE: clock.file,
    LOG_LEVEL: 'warn',
  });
  atEndOfFile(async () => {
    await world.stop();
    clock.close();
    await db.close();
    await rm(folder, { recursive: true, force: true });
  });
  return world;
}
