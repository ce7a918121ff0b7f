import { createHash, randomBytes } from 'node:crypto';
import type { Actor } from '../../auth/actor.ts';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import { GracelineError } from '../../errors.ts';
import { writeEvents } from '../../events/log.ts';
import type { Wake } from '../../events/wake.ts';
import { calendarFeed } from './calendar-feed.ts';
import {
  type CalendarLinkView,
  type CalendarOwner,
  deleteLink,
  findLink,
  findOwner,
  readCancelled,
  readDeadlines,
  writeEntries,
  writeLink,
  writeRead,
} from './calendar.repository.ts';

const SECRET_BYTES = 32;
/**
 * A calendar is as old as this at most. Working one out costs seconds where somebody administers tens of thousands of accounts,
 * and whoever has the address may ask as often as they like.
 */
const KEPT_MS = 300_000;
const MAX_KEPT = 200;

/** A link at the one moment its address can be seen. */
export interface CreatedCalendarLink {
  /** The address to subscribe to; shown once, kept nowhere. */
  readonly url: string;
  readonly createdAt: Date;
}

/** What the operator of the platform settled. */
export interface CalendarSettings {
  readonly platformName: string;
  readonly publicUrl: string;
}

/** Lets administrators see their deadlines in a calendar of their own: everybody has one link or none. */
export class CalendarLinksService {
  /** By link, those worked out last at the end. */
  private readonly kept = new Map<string, { readonly at: Date; readonly feed: Promise<string> }>();

  constructor(
    private readonly db: Database,
    private readonly wake: Pick<Wake, 'ring'>,
    private readonly clock: Clock,
    private readonly settings: CalendarSettings,
  ) {}

  /**
   * The actor's link; null for none.
   *
   * @throws GracelineError FORBIDDEN for whoever is no administrator
   */
  async calendarLink(actor: Actor): Promise<CalendarLinkView | null> {
    return findLink(this.db, requireAdministrator(actor));
  }

  /**
   * Makes the actor's link. The one there was ends: whoever has its address reads nothing more.
   *
   * @throws GracelineError FORBIDDEN for whoever is no administrator
   */
  async createCalendarLink(actor: Actor): Promise<CreatedCalendarLink> {
    const administratorId = requireAdministrator(actor);
    const now = this.clock.now();
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    await this.db.transaction(async (tx) => {
      await writeLink(tx, administratorId, hashOf(secret), now);
      await writeEvents(tx, actor, now, [{ type: 'CALENDAR_LINK_CREATED', administratorId }]);
    });
    this.wake.ring();
    return { url: new URL(`/calendar/${secret}.ics`, this.settings.publicUrl).href, createdAt: now };
  }

  /**
   * Removes the actor's link; once more changes nothing.
   *
   * @returns whether there was one
   * @throws GracelineError FORBIDDEN for whoever is no administrator
   */
  async removeCalendarLink(actor: Actor): Promise<boolean> {
    const administratorId = requireAdministrator(actor);
    const removed = await this.db.transaction(async (tx) => {
      const there = await deleteLink(tx, administratorId);
      if (there) await writeEvents(tx, actor, this.clock.now(), [{ type: 'CALENDAR_LINK_REMOVED', administratorId }]);
      return there;
    });
    if (removed) this.wake.ring();
    return removed;
  }

  /**
   * The calendar behind a link, as it was within the last five minutes.
   *
   * @param secret of its address, of any form
   * @param read whether to note that it was read
   * @throws GracelineError NOT_FOUND where it is nobody's, whatever it looks like
   */
  async feed(secret: string, read: boolean): Promise<string> {
    const hash = hashOf(secret);
    const owner = await findOwner(this.db, hash);
    if (!owner) throw new GracelineError('NOT_FOUND', 'There is nothing at this address.');
    const now = this.clock.now();
    if (read) await writeRead(this.db, hash, now);
    const kept = this.kept.get(hash);
    if (kept && now.getTime() - kept.at.getTime() < KEPT_MS) return kept.feed;
    const feed = this.workOut(owner, now);
    this.kept.delete(hash);
    this.kept.set(hash, { at: now, feed });
    if (this.kept.size > MAX_KEPT) this.kept.delete(this.kept.keys().next().value!);
    feed.catch(() => this.kept.delete(hash));
    return feed;
  }

  private async workOut(owner: CalendarOwner, now: Date): Promise<string> {
    const { administratorId } = owner;
    const found = await readDeadlines(this.db, administratorId, now);
    const entries = found.map(({ id, accounts }) => ({ id, startsAt: accounts[0]!.deadline }));
    const moves = await this.db.transaction((tx) => writeEntries(tx, administratorId, entries, now));
    const deadlines = found.map((deadline) => ({ ...deadline, ...moves.get(deadline.id)! }));
    const cancelled = await readCancelled(this.db, administratorId, now);
    return calendarFeed({ deadlines, cancelled }, { ...this.settings, ...owner });
  }
}

function requireAdministrator(actor: Actor): string {
  if (actor.role === 'ADMINISTRATOR' && actor.administratorId !== null) return actor.administratorId;
  throw new GracelineError('FORBIDDEN', 'A calendar is of the deadlines of an administrator. Use the token of one.');
}

/** With 256 random bits there is nothing to guess, so nothing to slow down. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
