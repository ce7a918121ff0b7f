import { requireAccount, visibleAccounts } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { type Page, type PageRequest, pageSize } from '../pagination.ts';
import { EVENT_COLUMNS, type EventRow, type EventType, loggedEvent, type LoggedEvent, parseCursor } from './log.ts';

/** Which events somebody asks for; what is left out does not narrow. */
export interface EventFilter {
  readonly migrationId?: string | undefined;
  /** The platform's id of an account. */
  readonly account?: string | undefined;
  readonly types?: readonly EventType[] | undefined;
}

/** The event log as people read it. */
export class EventsService {
  constructor(private readonly db: Database) {}

  /**
   * A page of the log, newest first. Operators see all of it; administrators and partners what happened to accounts they
   * see.
   *
   * @throws GracelineError FORBIDDEN (a runtime, a partner without `events:read`), NOT_FOUND (a foreign account), INVALID_CURSOR
   */
  async events(actor: Actor, filter: EventFilter, { first, after }: PageRequest): Promise<Page<LoggedEvent>> {
    if (actor.role === 'RUNTIME')
      throw new GracelineError(
        'FORBIDDEN',
        'The token of a runtime does not read the log. Use the token of an operator, administrator or partner.',
      );
    requireScope(actor, 'events:read');
    const account = filter.account === undefined ? null : await requireAccount(this.db, actor, filter.account);
    const before = after === null ? null : parseCursor(after);
    const limit = pageSize(first);
    const visible = visibleAccounts(actor, 'a', 7);
    const seesAll = actor.role === 'OPERATOR';
    const rows = await this.db.query<EventRow>(
      `select ${EVENT_COLUMNS} from event e
        where ($1::text is null or (e.xid, e.id) < ($1::xid8, $2::bigint))
          and ($3::uuid is null or e.migration_id = $3)
          and ($4::bigint is null or e.account_number = $4)
          and (cardinality($5::text[]) = 0 or e.type = any ($5))
          ${seesAll ? '' : `and exists (select from account a where a.number = e.account_number and ${visible.sql})`}
        order by e.xid desc, e.id desc limit $6`,
      [
        before?.xid ?? null,
        before?.id ?? null,
        filter.migrationId ?? null,
        account?.number ?? null,
        filter.types ?? [],
        limit + 1,
        ...visible.values,
      ],
    );
    const edges = rows
      .slice(0, limit)
      .map(loggedEvent)
      .map((node) => ({ cursor: node.cursor, node }));
    return { edges, hasNextPage: rows.length > limit };
  }
}
