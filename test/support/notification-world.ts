import type { Database } from '../../src/db/database.ts';
import type { EventType } from '../../src/events/log.ts';
import { newId } from '../../src/ids.ts';
import type { Reminders } from '../../src/notifications/reminders.service.ts';

/** A mail as it would have left. */
export interface SentMail {
  to: string;
  at: string;
  nowOn: string[];
  rescheduled: string[];
  open: string[];
}

/** Rows that stand for what other features write, and a walk through time that sends what falls due. */
export class NotificationWorld {
  readonly clock: { time: Date; now: () => Date };

  constructor(
    readonly db: Database,
    start: string,
  ) {
    const clock = { time: new Date(start), now: () => clock.time };
    this.clock = clock;
  }

  at(instant: string): void {
    this.clock.time = new Date(instant);
  }

  async migration(
    key: string,
    facts: {
      start?: string | null;
      deadline?: string | null;
      announced?: string;
      quietUntil?: string;
      state?: string;
      platforms?: string[];
    },
  ): Promise<string> {
    const id = newId();
    const {
      start = null,
      deadline = null,
      announced = '2026-01-01T00:00:00Z',
      quietUntil = null,
      state = 'ANNOUNCED',
      platforms = [],
    } = facts;
    await this.db.query(
      `insert into migration (id, key, title, description, severity, state, grace_period_start, grace_starts_at, mandatory_opt_in, mandatory_at, reversible,
                              platforms, built_in_email_only, required_attributes, listed_only, announced_at, quiet_until, created_at, updated_at)
       values ($1, $2, 'Title of ' || $2, '', 'LOW', $3, coalesce($4, 'TBD'), $4::timestamptz, coalesce($5, 'TBD'), $5::timestamptz, true,
               $6, false, '{}', false, $7, $8, $7, $7)`,
      [id, key, state, start, deadline, platforms, announced, quietUntil],
    );
    return id;
  }

  async administrator(name: string, timeZone: string): Promise<string> {
    const id = newId();
    await this.db.query(
      `insert into administrator (id, email, name, time_zone, locale, created_at) values ($1, $2 || '@example.com', $2, $3, 'en', '2025-01-01T00:00:00Z')`,
      [id, name, timeZone],
    );
    return id;
  }

  /** Somebody goes to live in another time zone. */
  async move(administratorId: string, timeZone: string): Promise<void> {
    const [before] = await this.db.query<{ timeZone: string }>('select time_zone as "timeZone" from administrator where id = $1', [
      administratorId,
    ]);
    await this.db.query('update administrator set time_zone = $2 where id = $1', [administratorId, timeZone]);
    await this.event('ADMINISTRATOR_EDITED', { administratorId, data: { before, after: { timeZone } } });
  }

  async account(name: string, administratorIds: readonly string[], facts: { createdAt?: string; platform?: string } = {}): Promise<number> {
    const { createdAt = '2025-01-01T00:00:00Z', platform = 'CLOUD' } = facts;
    const [row] = await this.db.query<{ number: number }>(
      `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at) values ($1, $1, $2, 'UTC', false, '{}', $3, $3) returning number`,
      [name, platform, createdAt],
    );
    await this.db.query('insert into administration (administrator_id, account_number) select unnest($1::uuid[]), $2', [
      administratorIds,
      row!.number,
    ]);
    return row!.number;
  }

  async event(
    type: EventType,
    about: { migrationId?: string; accountNumber?: number; administratorId?: string; data?: object } = {},
  ): Promise<void> {
    await this.db.query(
      `insert into event (at, type, actor_role, actor, migration_id, account_number, administrator_id, data) values ($1, $2, 'SYSTEM', 'test', $3, $4, $5, $6)`,
      [this.clock.time, type, about.migrationId, about.accountNumber, about.administratorId, about.data ?? {}],
    );
  }

  async optIn(migrationId: string, accountNumber: number): Promise<void> {
    await this.decide(migrationId, accountNumber, { opted_in_at: this.clock.time, opted_out_at: null }, 'OPTED_IN');
  }

  async optOut(migrationId: string, accountNumber: number): Promise<void> {
    await this.decide(migrationId, accountNumber, { opted_in_at: null, opted_out_at: this.clock.time }, 'OPTED_OUT');
  }

  async extend(migrationId: string, accountNumber: number, until: string): Promise<void> {
    await this.decide(migrationId, accountNumber, { extended_until: new Date(until) }, 'DEADLINE_EXTENDED');
  }

  async exempt(migrationId: string, accountNumber: number, until: string): Promise<void> {
    await this.decide(migrationId, accountNumber, { exempt_until: new Date(until) }, 'ACCOUNT_EXEMPTED');
  }

  async reschedule(migrationId: string, deadline: string | null, reason: string): Promise<string> {
    const id = newId();
    await this.db.query(
      `insert into reschedule (id, migration_id, status, old_grace_period_start, old_mandatory_opt_in, new_grace_period_start, new_mandatory_opt_in, reason, requested_by, requested_at)
       select $1, id, 'APPLIED', grace_period_start, mandatory_opt_in, grace_period_start, coalesce($3, 'TBD'), $4, 'o', $5 from migration where id = $2`,
      [id, migrationId, deadline, reason, this.clock.time],
    );
    await this.db.query(`update migration set mandatory_opt_in = coalesce($2, 'TBD'), mandatory_at = $2::timestamptz where id = $1`, [
      migrationId,
      deadline,
    ]);
    await this.event('RESCHEDULE_APPLIED', { migrationId, data: { rescheduleId: id } });
    return id;
  }

  /** One round of the worker: expand, compose, deliver. */
  async tick(reminders: Reminders): Promise<{ mails: SentMail[]; nextDueAt: Date | null }> {
    const expanded = await reminders.expandMilestones();
    const composed = await reminders.composeMails();
    const next = [expanded.nextDueAt, composed.nextDueAt]
      .filter((instant) => instant !== null)
      .toSorted((a, b) => a.getTime() - b.getTime());
    return { mails: await this.deliver(reminders), nextDueAt: next[0] ?? null };
  }

  /** Walks to an instant, waking up when the sweeps say so, and collects the mails of the way. */
  async walk(reminders: Reminders, until: string): Promise<SentMail[]> {
    const sent: SentMail[] = [];
    for (;;) {
      const { mails, nextDueAt } = await this.tick(reminders);
      sent.push(...mails);
      if (this.clock.time >= new Date(until)) return sent;
      this.clock.time = nextDueAt && nextDueAt < new Date(until) ? nextDueAt : new Date(until);
    }
  }

  async deliver(reminders: Reminders): Promise<SentMail[]> {
    const due = await this.db.query<{ id: string }>(
      `update mail set status = 'SENDING', attempts = attempts + 1 where status = 'QUEUED' and send_after <= $1 returning id`,
      [this.clock.time],
    );
    const contents = await reminders.contentOf(due.map(({ id }) => id));
    const sent: SentMail[] = [];
    for (const { id } of due) {
      const content = contents.get(id);
      await this.db.query('update mail set status = $2, finished_at = $3 where id = $1', [
        id,
        content ? 'SENT' : 'SKIPPED',
        this.clock.time,
      ]);
      if (!content) continue;
      const says = (sections: readonly { key: string; accounts: readonly { name: string }[] }[]) =>
        sections.map(({ key, accounts }) => `${key}: ${accounts.map(({ name }) => name).join(' ')}`);
      const { administrator, nowOn, rescheduled, open } = content;
      sent.push({
        to: administrator.name,
        at: localTime(this.clock.time, administrator.timeZone),
        nowOn: says(nowOn),
        rescheduled: says(rescheduled),
        open: says(open),
      });
    }
    return sent.toSorted((a, b) => a.to.localeCompare(b.to));
  }

  private async decide(migrationId: string, accountNumber: number, columns: Record<string, Date | null>, type: EventType): Promise<void> {
    const names = Object.keys(columns);
    await this.db.query(
      `insert into decision (migration_id, account_number, ${names.join(', ')}) values ($1, $2, ${names.map((_, i) => `$${i + 3}`).join(', ')})
       on conflict (migration_id, account_number) do update set ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
      [migrationId, accountNumber, ...Object.values(columns)],
    );
    await this.event(type, { migrationId, accountNumber });
  }
}

function localTime(instant: Date, timeZone: string): string {
  return instant.toLocaleString('sv-SE', { timeZone }).slice(0, 16);
}
