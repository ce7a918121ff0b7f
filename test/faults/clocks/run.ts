/** Walks two processes whose clocks are apart through days on which clocks change, and looks at what they did. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '../../../src/auth/actor.ts';
import type { House } from '../../../src/house.ts';
import { BrokenPromise, type Campaign } from '../fault.ts';
import { clear, composeOn, MORNING_HOUR, readable, REMINDING, setClock, type Site, sweepAll } from '../house.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { DAY, dayOn, HOUR, hourOn, MINUTE, type Ms, plus, wall, whenShown } from './wall.ts';

const OLGA: Actor = { role: 'OPERATOR', subject: 'olga', administratorId: null, tokenId: null, scopes: [] };
const KEY = 'change';
const CADENCE_DAYS = [60, 30, 14, 7, 3, 1];
const LATEST_HOUR = MORNING_HOUR + 3;
/** All that is to be done at midnight: dates are recorded, and told of in the dashboard. */
const CALENDAR = REMINDING.slice(0, 2);

type Sweeps = typeof REMINDING;

/**
 * One walk after the other.
 *
 * @param url of a migrated database that nobody else uses
 */
export async function runClocks(campaign: Campaign, url: string): Promise<void> {
  for (const step of campaign.steps()) {
    const random = campaign.random(step);
    const scenario = scenarioOf(step, random);
    const walk = await Walk.begin(scenario, url, random, (what, by) => campaign.tally(what, by));
    try {
      await walk.go();
    } catch (error) {
      if (error instanceof BrokenPromise) throw new BrokenPromise(`${scenario.words}: ${error.message}`);
      throw error;
    } finally {
      await walk.end();
    }
  }
}

/** A process, with how far its clock is off. */
interface Process {
  readonly name: string;
  readonly house: House;
  readonly site: Site;
  off: Ms;
}

class Walk {
  private truth: Ms = 0;

  private constructor(
    private readonly scenario: Scenario,
    private readonly processes: readonly Process[],
    private readonly folder: string,
    private readonly random: () => number,
    private readonly count: (what: string, by?: number) => void,
    private readonly dates: { readonly start: Ms; readonly deadline: Ms },
  ) {}

  /** Opens two processes on an empty platform, with an announced migration and one account for each administrator. */
  static async begin(scenario: Scenario, url: string, random: () => number, count: Walk['count']): Promise<Walk> {
    const folder = await mkdtemp(join(tmpdir(), 'graceline-clocks-'));
    const { zone, zones, start, deadline, apart } = scenario;
    const dates = { start: whenShown(`${start} 00:00:00`, zone), deadline: whenShown(`${deadline} 00:00:00`, zone) };
    const processes: Process[] = [];
    for (const [i, hours] of apart.entries()) {
      const site = { url, folder, clock: `clock-${i}`, timeZone: zone };
      await setClock(site, dates.start - 3 * DAY);
      processes.push({ name: `process ${i + 1}`, house: await composeOn(site), site, off: hours * HOUR });
    }
    const { db, accounts, migrations } = processes[0]!.house;
    await clear(db);
    for (const [i, timeZone] of zones.entries()) {
      const id = `account-${i}`;
      await accounts.createAccount(OLGA, { id, name: id, platform: 'CLOUD', createdAt: new Date(dates.start - 100 * DAY) });
      await accounts.createAdministrator(OLGA, { email: addressOf(i), name: `Administrator ${i}`, timeZone, accounts: [id] });
    }
    const facts = { key: KEY, title: 'Change', severity: 'LOW', gracePeriodStart: start, mandatoryOptIn: deadline } as const;
    const view = await migrations.createMigration(OLGA, facts);
    await migrations.announceMigration(OLGA, KEY);
    const walk = new Walk(scenario, processes, folder, random, count, dates);
    walk.expect('the grace period begins with its day', wall(dates.start, zone), wall(view.graceStartsAt!.getTime(), zone));
    walk.expect('the deadline is the first instant of its day', dates.deadline, view.mandatoryAt!.getTime());
    return walk;
  }

  async go(): Promise<void> {
    const stops = [
      ...this.dateStops().map((at) => ({ at, sweeps: CALENDAR })),
      ...this.mornings().map((at) => ({ at, sweeps: REMINDING })),
    ];
    for (const { at, sweeps } of stops.toSorted((one, other) => one.at - other.at)) await this.work(at, sweeps);
    await this.lookAtMails();
    await this.lookAtNotices();
    await this.lookAtLog();
  }

  async end(): Promise<void> {
    for (const { house } of this.processes) await house.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Right before and at the start and the deadline, by each clock as it was at first. */
  private dateStops(): Ms[] {
    const { start, deadline } = this.dates;
    const stops = [start, deadline].flatMap((date) =>
      this.scenario.apart.flatMap((hours) => [date - hours * HOUR - 1, date - hours * HOUR]),
    );
    return [...new Set(stops)];
  }

  /** Every morning of both administrators, when it is that by any of the clocks, and some when it is so by one of them alone. */
  private mornings(): Ms[] {
    const { start, deadline } = this.dates;
    const stops: Ms[] = [];
    for (let noon = start - DAY / 2; noon <= deadline + DAY; noon += DAY) {
      for (const zone of new Set(this.scenario.zones)) {
        const morning = whenShown(`${dayOn(noon, zone)} 0${MORNING_HOUR}:00:00`, zone);
        stops.push(morning + 70 * MINUTE, ...(this.random() < 0.3 ? [morning + 10 * MINUTE] : []));
      }
    }
    return stops;
  }

  /** Both processes work at an instant, in any order or at the same time; by chance a clock is set right or wrong by an hour after that. */
  private async work(instant: Ms, sweeps: Sweeps): Promise<void> {
    this.truth = instant;
    await this.setClocks();
    for (const process of this.processes) await this.lookAtState(process);
    if (this.random() < 0.1) {
      await Promise.all(this.processes.map(({ house }) => sweepAll(house, sweeps)));
      this.count('rounds of two workers at once');
    }
    for (const { process, own } of this.turns(sweeps)) {
      await readable(process.house.db);
      await sweepAll(process.house, own);
      this.count(own === sweeps ? 'rounds of a worker' : 'sweeps by turns');
      await this.lookAtRecord(process);
    }
    if (this.random() < 0.2) await this.step(sweeps);
  }

  /** One process after the other, or by turns, so that what one of them recorded may be told of by the other. */
  private turns(sweeps: Sweeps): { process: Process; own: Sweeps }[] {
    const inAnyOrder = (own: Sweeps) =>
      (this.random() < 0.5 ? this.processes : this.processes.toReversed()).map((process) => ({ process, own }));
    return this.random() < 0.5 ? inAnyOrder(sweeps) : sweeps.flatMap((sweep) => inAnyOrder([sweep]));
  }

  /** An hour forth or back, so that it is never off by more than an hour. */
  private async step(sweeps: Sweeps): Promise<void> {
    const process = this.processes[this.random() < 0.5 ? 0 : 1]!;
    const hour = process.off > 0 || (process.off === 0 && this.random() < 0.5) ? -HOUR : HOUR;
    process.off += hour;
    this.count(hour > 0 ? 'clocks set an hour forth' : 'clocks set an hour back');
    await this.setClocks();
    await this.lookAtState(process);
    await sweepAll(process.house, sweeps);
  }

  private async setClocks(): Promise<void> {
    for (const process of this.processes) await setClock(process.site, this.truth + process.off);
  }

  /** By the clock of the process that is asked, the migration is on from the deadline on, and not a millisecond before. */
  private async lookAtState({ name, house, off }: Process): Promise<void> {
    const now = this.truth + off;
    const { state } = await house.rollouts.state(OLGA, 'account-0', KEY);
    const { start, deadline } = this.dates;
    const expected = now >= deadline ? 'MANDATORY' : now >= start ? 'PENDING' : 'NOT_STARTED';
    this.expect(`the state that ${name} tells at ${wall(now, this.scenario.zone)} by its clock`, expected, state.reason);
    this.count('states asked for');
  }

  /** What has passed by the clock of a worker is on record once it has swept. */
  private async lookAtRecord({ name, house, off }: Process): Promise<void> {
    const now = this.truth + off;
    const [{ started, passed }] = (await house.db.query<{ started: number; passed: number }>(
      `select count(*) filter (where type = 'GRACE_PERIOD_STARTED') as started, count(*) filter (where type = 'DEADLINE_PASSED') as passed from event`,
    )) as [{ started: number; passed: number }];
    if (now >= this.dates.start) this.expect(`starts on record after a sweep of ${name}`, 1, started);
    if (now >= this.dates.deadline) this.expect(`deadlines on record after a sweep of ${name}`, 1, passed);
  }

  /** Whoever recorded a date had it behind it by its own clock. */
  private async lookAtLog(): Promise<void> {
    const rows = await this.processes[0]!.house.db.query<{ type: string; at: Date; instant: string }>(
      `select type, at, data->>'instant' as instant from event where type in ('GRACE_PERIOD_STARTED', 'DEADLINE_PASSED') order by id`,
    );
    this.expect('dates on record', 'GRACE_PERIOD_STARTED DEADLINE_PASSED', rows.map(({ type }) => type).join(' '));
    for (const { type, at, instant } of rows)
      if (at < new Date(instant)) this.broken(`${type} was recorded at ${at.toISOString()}, before ${instant}`);
  }

  /** A mail in the morning of every day on which something fell due, by the clock of the process that sent it, and no other mail. */
  private async lookAtMails(): Promise<void> {
    const { db } = this.processes[0]!.house;
    const mails = await db.query<{ recipient: string; status: string; at: Date; attempts: number }>(
      'select p.email as recipient, m.status, m.finished_at as at, m.attempts from mail m join administrator p on p.id = m.administrator_id order by m.finished_at',
    );
    for (const [i, zone] of this.scenario.zones.entries()) {
      const own = mails.filter(({ recipient }) => recipient === addressOf(i));
      const days = own.map(({ at }) => dayOn(at.getTime(), zone));
      this.expect(`mails to the administrator in ${zone}`, expectedDays(this.dates, zone).join(' '), days.join(' '));
      for (const { at, status, attempts } of own) {
        const hour = hourOn(at.getTime(), zone);
        if (hour < MORNING_HOUR || hour >= LATEST_HOUR) this.broken(`a mail left at ${wall(at.getTime(), zone)} in ${zone}`);
        this.expect('how a mail ended', 'SENT after 1', `${status} after ${attempts}`);
      }
    }
    this.expect('mails that left', mails.length, (await readdir(join(this.folder, 'mail'))).length);
    this.count('mails', mails.length);
  }

  /** Everybody was told once that it is open, which is over, and once that it is on, which stands. */
  private async lookAtNotices(): Promise<void> {
    const rows = await this.processes[0]!.house.db.query<{ email: string; told: string; standing: string }>(
      `select p.email, (select string_agg(data->>'occasion', ' ' order by e.xid, e.id) from event e where e.type = 'NOTICE_ADDED' and e.administrator_id = p.id) as told,
              (select string_agg(n.occasion, ' ') from notice n where n.administrator_id = p.id and n.closed_at is null) as standing
         from administrator p order by p.email`,
    );
    const on = `ON:${new Date(this.dates.deadline).toISOString()}`;
    for (const { email, told, standing } of rows) {
      this.expect(`notices to ${email}`, `OPEN ${on}`, told);
      this.expect(`what stands for ${email}`, on, standing);
      this.count('notices', 2);
    }
  }

  private expect(what: string, expected: string | number, actual: string | number): void {
    if (expected !== actual) this.broken(`${what}: expected ${expected}, but there is ${actual}`);
  }

  private broken(what: string): never {
    throw new BrokenPromise(`${what} (at ${new Date(this.truth).toISOString()})`);
  }
}

/** The days on which an administrator who never does anything is mailed. */
function expectedDays({ start, deadline }: { start: Ms; deadline: Ms }, zone: string): string[] {
  const morning = (day: string) => `${day} 0${MORNING_HOUR}:00:00`;
  const firstMorning = (instant: Ms) => {
    const day = dayOn(instant, zone);
    return morning(day) >= wall(instant, zone) ? day : plus(day, 1);
  };
  const before = CADENCE_DAYS.map((days) => plus(dayOn(deadline, zone), -days)).filter((day) => morning(day) > wall(start, zone));
  return [...new Set([firstMorning(start), ...before, firstMorning(deadline)])].toSorted();
}

function addressOf(i: number): string {
  return `administrator-${i}@clocks.example`;
}
