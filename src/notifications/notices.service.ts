import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { writeEvents } from '../events/log.ts';
import { isUuid } from '../ids.ts';
import type { Wake } from '../events/wake.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import { noticeKind, type NoticeKind, noticeMessage } from './notices.rules.ts';
import { accountsOf, OPEN } from './standing.repository.ts';

/** A notice as its administrator sees it. */
export interface NoticeView {
  readonly id: string;
  readonly migrationId: string;
  readonly migrationKey: string;
  readonly title: string;
  readonly occasion: string;
  readonly kind: NoticeKind;
  /** A sentence for people. */
  readonly message: string;
  readonly createdAt: Date;
  readonly dismissedAt: Date | null;
  readonly closedAt: Date | null;
  /** For how many of their accounts the migration is open now. */
  readonly openAccounts: number;
}

/** Which notices to list. */
export interface NoticeFilter {
  /** Only those neither dismissed nor closed. */
  readonly unreadOnly?: boolean | undefined;
  /** Also those about which nothing is left to do. */
  readonly includeClosed?: boolean | undefined;
}

/** Notices as administrators read and dismiss them: everybody their own. */
export class NoticesService {
  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
  ) {}

  /**
   * The actor's notices, newest first.
   *
   * @throws GracelineError FORBIDDEN for whoever is no administrator, INVALID_INPUT, INVALID_CURSOR
   */
  async notices(actor: Actor, filter: NoticeFilter, page: PageRequest): Promise<Page<NoticeView>> {
    const administratorId = requireAdministrator(actor);
    const first = pageSize(page.first);
    const after = pageKey(page.after);
    const rows = await this.read(
      `n.administrator_id = $1 and ($3::uuid is null or n.id < $3) and (n.closed_at is null or $4) and (not $5 or (n.dismissed_at is null and n.closed_at is null))`,
      [administratorId, this.clock.now(), after, filter.includeClosed ?? false, filter.unreadOnly ?? false, first + 1],
      'order by n.id desc limit $6',
    );
    return pageOf(
      rows,
      first,
      ({ id }) => [id],
      (view) => view,
    );
  }

  /**
   * How many of the actor's notices are neither dismissed nor closed.
   *
   * @throws GracelineError FORBIDDEN for whoever is no administrator
   */
  async unreadCount(actor: Actor): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      'select count(*) from notice where administrator_id = $1 and dismissed_at is null and closed_at is null',
      [requireAdministrator(actor)],
    );
    return row!.count;
  }

  /**
   * Notices of the actor.
   *
   * @returns in the order of the ids; null for one there is not (any more), or that is somebody else's
   * @throws GracelineError FORBIDDEN for whoever is no administrator
   */
  async noticesByIds(actor: Actor, ids: readonly string[]): Promise<(NoticeView | null)[]> {
    const administratorId = requireAdministrator(actor);
    const views = await this.read('n.administrator_id = $1 and n.id = any ($3)', [administratorId, this.clock.now(), ids.filter(isUuid)]);
    const found = new Map(views.map((view) => [view.id, view]));
    return ids.map((id) => found.get(id.toLowerCase()) ?? null);
  }

  /**
   * Dismisses a notice; once more changes nothing.
   *
   * @throws GracelineError FORBIDDEN for whoever is no administrator, NOT_FOUND where they have no such notice
   */
  async dismissNotice(actor: Actor, id: string): Promise<NoticeView> {
    const administratorId = requireAdministrator(actor);
    if (!isUuid(id)) throw noticeNotFound();
    const now = this.clock.now();
    const dismissed = await this.db.transaction(async (tx) => {
      const [notice] = await tx.query<{ migrationId: string; occasion: string }>(
        `update notice set dismissed_at = $3 where id = $2 and administrator_id = $1 and dismissed_at is null returning migration_id as "migrationId", occasion`,
        [administratorId, id, now],
      );
      if (!notice) return false;
      await writeEvents(tx, actor, now, [
        { type: 'NOTICE_DISMISSED', administratorId, migrationId: notice.migrationId, data: { noticeId: id, occasion: notice.occasion } },
      ]);
      return true;
    });
    if (dismissed) this.wake.ring();
    const [view] = await this.noticesByIds(actor, [id]);
    if (!view) throw noticeNotFound();
    return view;
  }

  private async read(condition: string, values: readonly unknown[], tail = ''): Promise<NoticeView[]> {
    const rows = await this.db.query<Omit<NoticeView, 'kind' | 'message'> & { deadline: string }>(
      `select n.id, n.migration_id as "migrationId", m.key as "migrationKey", m.title, m.mandatory_opt_in as deadline, n.occasion, n.created_at as "createdAt",
              n.dismissed_at as "dismissedAt", n.closed_at as "closedAt", (select count(*) from ${accountsOf('n.administrator_id', '$2')} and ${OPEN}) as "openAccounts"
         from notice n join migration m on m.id = n.migration_id where ${condition} ${tail}`,
      values,
    );
    return rows.map(({ deadline, ...row }) => {
      const kind = noticeKind(row.occasion);
      return { ...row, kind, message: noticeMessage(kind, row.title, deadline, row.openAccounts) };
    });
  }
}

function requireAdministrator(actor: Actor): string {
  if (actor.role === 'ADMINISTRATOR' && actor.administratorId !== null) return actor.administratorId;
  throw new GracelineError('FORBIDDEN', 'Notices belong to administrators. Use the token of an administrator.');
}

function pageKey(after: string | null): string | null {
  const id = cursorKey(after, ['string'])?.[0];
  if (id === undefined) return null;
  if (isUuid(String(id))) return String(id);
  throw new GracelineError(
    'INVALID_CURSOR',
    'The cursor does not belong to this list. Use the "endCursor" of the page before, or leave it out to begin at the start.',
  );
}

function noticeNotFound(): GracelineError {
  return new GracelineError('NOT_FOUND', 'You have no such notice. Its id stands in the list of your notices.');
}
