import type { Actor } from '../auth/actor.ts';
import type { Database } from '../db/database.ts';
import { Gatherer } from '../db/gatherer.ts';
import { accountColumns, type AccountView } from './account.view.ts';
import { accountNotFound, nameableSightOf, type Sight, visibleTo, whoSees } from './visibility.ts';

interface Named {
  readonly id: string;
  /** Whose accounts are visible; see `whoSees`. */
  readonly who: string | null;
}

const NAMED = (sight: Sight) => `
  select r.place::int, ${accountColumns('a')}
    from unnest($1::text[], $2::text[]) with ordinality as r (id, who, place)
    join account a on a.id = r.id and ${visibleTo(sight, 'a', 'r.who')}`;

/** Those who ask by the same statement. */
interface Kind {
  readonly statement: string;
  readonly gatherer: Gatherer<Named, AccountView | null>;
}

/** Looks up accounts that callers name. One per process: what is asked at once is read at once, and nothing is kept. */
export class NamedAccounts {
  private readonly kinds = new Map<Sight, Kind>();

  constructor(private readonly db: Database) {}

  /**
   * As `requireAccount`.
   *
   * @throws GracelineError NOT_FOUND where there is none, or it is not theirs to see
   */
  async require(actor: Actor, accountId: string): Promise<AccountView> {
    // PostgreSQL holds no NUL in a text and would refuse to look.
    if (accountId.includes('\0')) throw accountNotFound(accountId);
    // The statement is shared; in the trace of each that asked it is a step of its own.
    const { statement, gatherer } = this.kindOf(nameableSightOf(actor));
    const account = await this.db.step(statement, () => gatherer.ask({ id: accountId, who: whoSees(actor) }));
    if (!account) throw accountNotFound(accountId);
    return account;
  }

  private kindOf(sight: Sight): Kind {
    const known = this.kinds.get(sight);
    if (known) return known;
    const statement = NAMED(sight);
    const gatherer = Gatherer.ofReads(async (asked: readonly Named[]) => {
      const values = [asked.map(({ id }) => id), asked.map(({ who }) => who)];
      const rows = await this.db.queryPrepared<AccountView & { place: number }>(`named accounts ${sight}`, statement, values);
      const found = asked.map((): AccountView | null => null);
      for (const { place, ...account } of rows) found[place - 1] = account;
      return found;
    });
    const kind = { statement, gatherer };
    this.kinds.set(sight, kind);
    return kind;
  }
}
