/**
 * The service at work, for tests of the whole: real API and worker processes on a database of their own, a real mail
 * server, and a clock they share that the test moves.
 */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SYSTEM } from '../../src/auth/actor.ts';
import { LastUseRecorder } from '../../src/auth/last-use-recorder.ts';
import type { NewToken } from '../../src/auth/tokens.rules.ts';
import { TokensService } from '../../src/auth/tokens.service.ts';
import { Database } from '../../src/db/database.ts';
import { Wake } from '../../src/events/wake.ts';
import { planMilestones } from '../../src/notifications/reminder-plan.repository.ts';
import { addDays, dayIn, hourOfDay, startOfDay } from '../../src/time-zone.ts';
import { cloneDatabase } from './database.ts';
import { atEndOfFile } from './end-of-file.ts';
import { silent } from './house.ts';
import { PATIENCE_MS } from './patience.ts';
import { spawnApi, spawnWorker, type TestProcess } from './processes.ts';
import { type SmtpSink, startSmtpSink } from './smtp.ts';

/** REMINDER_HOUR of the processes. */
const REMINDER_HOUR = 9;
/** What the processes send their mail from. */
export const MAIL_FROM = 'migrations@platform.example';
/** The time zone in which the processes read calendar dates. */
export const PLATFORM_TIME_ZONE = 'Europe/Berlin';

/** So long after the reminder hour {@link World.walkTo} looks in on each morning. */
const INTO_THE_MORNING_MS = 20 * 60_000;
/** Workers look again so often while the test waits for them. */
const RING_EVERY_MS = 200;
const POLL_MS = 25;
/** The readers of the log that the worker's sweeps are. */
const READERS = ['notices', 'reminders'];

/** See the top of this file. Made by {@link createWorld}. */
export class World {
  private readonly started: TestProcess[] = [];

  constructor(
    /** For what no client can see or do: whether the workers are done, and rows by the thousand. */
    readonly db: Database,
    readonly wake: Wake,
    readonly smtp: SmtpSink,
    private readonly env: Readonly<Record<string, string>>,
    private readonly clockFile: string,
    private present: Date,
  ) {}

  /** The present instant of every process. */
  now(): Date {
    return this.present;
  }

  /** Moves the clock of every process. */
  async moveTo(instant: Date | string): Promise<void> {
    this.present = new Date(instant);
    // Renamed into place: a process that reads while it is written must not find half an instant.
    await writeFile(`${this.clockFile}.next`, this.present.toISOString());
    await rename(`${this.clockFile}.next`, this.clockFile);
  }

  /** Moves the clock and waits until the workers have done everything that is due by then. */
  async workTo(instant: Date | string): Promise<void> {
    await this.moveTo(instant);
    await this.settle();
  }

  /**
   * Moves the clock on, looking in on every midnight of the platform and on every morning of these time zones, as real time
   * would; the workers do what is due at each.
   */
  async walkTo(instant: Date | string, timeZones: readonly string[]): Promise<void> {
    const end = new Date(instant);
    const stops: Date[] = [];
    for (let day = addDays(dayIn(this.present, 'UTC'), -1); startOfDay(day, 'UTC') <= end; day = addDays(day, 1)) {
      stops.push(startOfDay(day, PLATFORM_TIME_ZONE));
      for (const timeZone of timeZones) stops.push(new Date(hourOfDay(day, REMINDER_HOUR, timeZone).getTime() + INTO_THE_MORNING_MS));
    }
    for (const stop of stops.toSorted((one, other) => one.getTime() - other.getTime())) {
      if (stop > this.present && stop < end) await this.workTo(stop);
    }
    await this.workTo(end);
  }

  /**
   * Waits until nothing is due any more at the present instant: no date, no event unread, no reminder, no mail. However slow
   * the machine, it gives up only where the workers no longer get on.
   */
  async settle(): Promise<void> {
    let due = await this.due();
    let [rungAt, changedAt] = [-Infinity, performance.now()];
    while (due.length > 0) {
      const now = performance.now();
      if (now - changedAt > PATIENCE_MS) {
        throw new Error(`Still due at ${this.present.toISOString()}: ${due.slice(0, 10).join(', ')} (${due.length})\n${this.output}`);
      }
      if (now - rungAt > RING_EVERY_MS) {
        this.wake.ring();
        rungAt = now;
      }
      await sleep(POLL_MS);
      const before = due.join();
      due = await this.due();
      if (due.join() !== before) changedAt = performance.now();
    }
  }

  /** Starts an API process; the caller awaits {@link TestProcess.ready}, which takes a worker that sweeps. */
  async startApi(): Promise<TestProcess> {
    return this.keep(await spawnApi(this.env));
  }

  /** Starts a worker process, with settings of its own where given; the caller awaits {@link TestProcess.ready}. */
  async startWorker(env: Readonly<Record<string, string>> = {}): Promise<TestProcess> {
    return this.keep(await spawnWorker({ ...this.env, ...env }));
  }

  /** Makes the token of somebody. The first of all tokens has to come from somewhere. */
  async createToken(input: NewToken): Promise<string> {
    return (await new TokensService(this.db, this.wake, this, new LastUseRecorder(this.db, silent)).createToken(SYSTEM, input)).token;
  }

  /** All that the processes have printed. */
  get output(): string {
    return this.started.map(({ pid, output }) => `--- process ${pid}\n${output}`).join('\n');
  }

  private keep(process: TestProcess): TestProcess {
    this.started.push(process);
    return process;
  }

  private async due(): Promise<string[]> {
    const now = this.present;
    const { tasks } = await planMilestones(this.db, now, REMINDER_HOUR);
    const rows = await this.db.query<{ what: string }>(
      `select 'the dates of ' || key as what from migration
        where (state = 'ANNOUNCED' and grace_starts_at <= $1) or (state in ('ANNOUNCED', 'GRACE_PERIOD') and mandatory_at <= $1)
       union all select 'the end of an extension or exemption' from decision where ends_at <= $1
       union all select 'reminder ' || milestone from reminder where mail_id is null and due_at <= $1
       union all select 'mail ' || id from mail where status in ('QUEUED', 'SENDING') and send_after <= $1
       union all select 'events for ' || reader from unnest($2::text[]) as r (reader) left join event_cursor c using (reader)
        where exists (select from event e where (e.xid, e.id) > (coalesce(split_part(c.cursor, '.', 1), '0')::xid8, coalesce(split_part(c.cursor, '.', 2), '0')::bigint))`,
      [now, READERS],
    );
    return [...tasks.map(({ milestone }) => `milestone ${milestone.key}`), ...rows.map(({ what }) => what)];
  }
}

/**
 * Makes a world without processes, on a database of this test file's own. It ends with the file.
 *
 * @param now the first instant of its clock
 * @param env settings of its processes beside those it needs
 */
export async function createWorld(now: string, env: Readonly<Record<string, string>> = {}): Promise<World> {
  const url = await cloneDatabase();
  const db = await Database.connect(url, 4);
  const wake = new Wake(db, silent);
  const smtp = await startSmtpSink();
  const dir = await mkdtemp(join(tmpdir(), 'graceline-world-'));
  const clockFile = join(dir, 'clock');
  const settings = {
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: '6',
    DATA_DIR: dir,
    SMTP_URL: smtp.url,
    MAIL_FROM,
    PLATFORM_NAME: 'Example Platform',
    PLATFORM_TIME_ZONE,
    REMINDER_HOUR: String(REMINDER_HOUR),
    SWEEP_INTERVAL_SECONDS: '1',
    CLOCK_FILE: clockFile,
    LOG_LEVEL: 'warn',
    ...env,
  };
  const world = new World(db, wake, smtp, settings, clockFile, new Date(now));
  await world.moveTo(now);
  atEndOfFile(async () => {
    await wake.close();
    await db.close();
    await smtp.close();
    await rm(dir, { recursive: true, force: true });
  });
  return world;
}
