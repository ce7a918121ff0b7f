import { requireAccount } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { isUuid } from '../ids.ts';
import { type Page, type PageRequest, pageSize } from '../pagination.ts';
import type { EventOrder } from './event-order.rules.ts';
import { type EventKey, type EventSelection, findEvents, findKeys, findNamedEvents, type NamedEventRow } from './events.repository.ts';
import { requireKept } from './horizon.ts';
import { type EventCursor, type EventType, loggedEvent, type LoggedEvent, parseCursor } from './log.ts';

/** How many events of an export are read at once. */
const EXPORT_PAGE = 500;
/** The longest name of an actor that is looked for. */
const MAX_ACTOR_LENGTH = 320;

export type { EventKey } from './events.repository.ts';

/** Which events somebody asks for; what is left out does not narrow. */
export interface EventFilter {
  readonly migrationId?: string | undefined;
  /** The platform's id of an account. */
  readonly account?: string | undefined;
  readonly types?: readonly EventType[] | undefined;
  /** Who did it, exactly as the log names them. */
  readonly actor?: string | undefined;
  /** The id of the token it was done with. */
  readonly token?: string | undefined;
  /** Half-open: from this instant on, until before that one. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** An event as it is exported: names in place of ids, so that it can be read without this database. */
export interface ExportedEvent {
  readonly cursor: EventCursor;
  readonly at: Date;
  readonly type: EventType;
  readonly actorRole: string;
  readonly actor: string;
  readonly key: { readonly prefix: string; readonly name: string } | null;
  readonly migration: string | null;
  readonly account: string | null;
  readonly administrator: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  /** The hash it carries in the chain of the log, in hex; null where it is too young to have one. */
  readonly hash: string | null;
}

/** The event log as people read it. */
export class EventsService {
  constructor(private readonly db: Database) {}

  /**
   * A page of the log. Operators see all of it; administrators and partners what happened to accounts they see.
   *
   * @param order newest first sees all that is committed; oldest first stops at the oldest transaction still open, so that
   *   its last cursor is a place to go on from at any time
   * @throws GracelineError FORBIDDEN (a runtime, a partner without `events:read`), NOT_FOUND (a foreign account),
   *   INVALID_INPUT, INVALID_CURSOR, CURSOR_EXPIRED (oldest first, where events behind it are no longer kept)
   */
  async events(
    actor: Actor,
    filter: EventFilter,
    { first, after }: PageRequest,
    order: EventOrder = 'NEWEST_FIRST',
  ): Promise<Page<LoggedEvent>> {
    const selection = await this.selectionOf(actor, filter);
    const limit = pageSize(first);
    const rows = await findEvents(this.db, actor, selection, { order, after, limit: limit + 1 });
    if (order === 'OLDEST_FIRST' && after !== null) await requireKept(this.db, after);
    const edges = rows
      .slice(0, limit)
      .map(loggedEvent)
      .map((node) => ({ cursor: node.cursor, node }));
    return { edges, hasNextPage: rows.length > limit };
  }

  /**
   * The same events as {@link events}, oldest first, page by page up to the end of the log as it is once it is reached.
   *
   * @param ask who exports, asked again before each page: a token may be revoked during a long export
   * @param after the cursor of the last event of an earlier export; null for all
   * @returns pages to be read to their end; nothing is held between two of them. The first is read before it resolves
   * @throws GracelineError as {@link events}
   */
  async export(
    ask: () => Promise<Actor>,
    filter: EventFilter,
    after: EventCursor | null,
  ): Promise<AsyncIterable<readonly ExportedEvent[]>> {
    if (after !== null) parseCursor(after);
    const actor = await ask();
    const selection = await this.selectionOf(actor, filter);
    const firstPage = await this.exportPage(actor, selection, after);
    if (after !== null) await requireKept(this.db, after);
    return this.pages(ask, selection, after, firstPage);
  }

  /**
   * Lets those pass who may read the log.
   *
   * @throws GracelineError FORBIDDEN (a runtime, a partner without `events:read`)
   */
  requireReader(actor: Actor): void {
    if (actor.role === 'RUNTIME')
      throw new GracelineError(
        'FORBIDDEN',
        'The token of a runtime does not read the log. Use the token of an operator, administrator or partner.',
      );
    requireScope(actor, 'events:read');
  }

  /**
   * The tokens of these ids, for a loader; what may be shown of each, {@link shownKey} says.
   *
   * @returns in the order of the ids; null for one there is not
   */
  async keysOf(ids: readonly string[]): Promise<(EventKey | null)[]> {
    const found = await findKeys(this.db, ids);
    return ids.map((id) => found.get(id) ?? null);
  }

  private async *pages(
    ask: () => Promise<Actor>,
    selection: EventSelection,
    after: EventCursor | null,
    firstPage: readonly ExportedEvent[],
  ): AsyncGenerator<readonly ExportedEvent[]> {
    let place = after;
    for (let page = firstPage; page.length > 0; page = await this.exportPage(await ask(), selection, place)) {
      yield page;
      if (page.length < EXPORT_PAGE) return;
      place = page.at(-1)!.cursor;
    }
  }

  private async exportPage(actor: Actor, selection: EventSelection, after: EventCursor | null): Promise<ExportedEvent[]> {
    const rows = await findNamedEvents(this.db, actor, selection, { order: 'OLDEST_FIRST', after, limit: EXPORT_PAGE });
    return rows.map((row) => exported(row, actor));
  }

  private async selectionOf(actor: Actor, filter: EventFilter): Promise<EventSelection> {
    this.requireReader(actor);
    const { account, types, from = null, to = null } = filter;
    if (from && to && from >= to)
      throw new GracelineError('INVALID_INPUT', '"from" must lie before "to". Swap them, or leave one out.', { field: 'from' });
    return {
      migrationId: filter.migrationId ?? null,
      accountNumber: account === undefined ? null : (await requireAccount(this.db, actor, account)).number,
      types: types === undefined || types.length === 0 ? null : [...new Set(types)],
      actor: checkedActor(filter.actor),
      tokenId: checkedToken(filter.token),
      from,
      to,
    };
  }
}

/**
 * What an actor is shown of a token an event was done with: operators all, others those of partners and their own. What
 * token an operator or a fellow administrator used is nobody else's business.
 */
export function shownKey(actor: Actor, key: EventKey | null): { readonly prefix: string; readonly name: string } | null {
  if (!key) return null;
  const { prefix, name, role, administratorId } = key;
  const own = administratorId !== null && administratorId === actor.administratorId;
  return actor.role === 'OPERATOR' || role === 'PARTNER' || own ? { prefix, name } : null;
}

function exported(row: NamedEventRow, actor: Actor): ExportedEvent {
  const { cursor, at, type, actorRole, actor: subject, data } = loggedEvent(row);
  const { token_prefix: prefix, token_name: name, token_role: role, token_administrator_id: administratorId } = row;
  const key = prefix !== null && name !== null && role !== null ? { prefix, name, role, administratorId } : null;
  return {
    cursor,
    at,
    type,
    actorRole,
    actor: subject,
    key: shownKey(actor, key),
    migration: row.migration,
    account: row.account,
    administrator: row.administrator,
    data,
    hash: row.hash,
  };
}

function checkedActor(actor: string | undefined): string | null {
  if (actor === undefined) return null;
  // PostgreSQL holds no NUL in a text and would refuse to look.
  if (actor.length <= MAX_ACTOR_LENGTH && !actor.includes('\0')) return actor;
  throw new GracelineError('INVALID_INPUT', `"actor" takes at most ${MAX_ACTOR_LENGTH} characters: a name as the log has it.`, {
    field: 'actor',
  });
}

function checkedToken(token: string | undefined): string | null {
  if (token === undefined) return null;
  if (isUuid(token)) return token;
  throw new GracelineError('INVALID_INPUT', '"token" is no id of a token. Look it up in the list of tokens.', { field: 'token' });
}
