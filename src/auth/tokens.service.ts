import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { isUuid, newId } from '../ids.ts';
import type { Page, PageRequest } from '../pagination.ts';
import type { Actor } from './actor.ts';
import {
  accountNumbers,
  administratorExists,
  findToken,
  findTokenByHash,
  findTokens,
  insertToken,
  markRevoked,
  type TokenView,
} from './tokens.repository.ts';
import { checkedToken, FINDABLE_LENGTH, type NewToken, requireValid, TOKEN_PREFIXES, tokenOfHeader } from './tokens.rules.ts';

const TOKEN_BYTES = 32;

/** A token at the one moment it can be seen. */
export interface CreatedToken {
  readonly id: string;
  /** The token itself: shown once, kept nowhere. */
  readonly token: string;
  /** Its first characters, by which lists show it. */
  readonly prefix: string;
}

/** Who may come in: makes, lists, revokes and checks bearer tokens. */
export class TokensService {
  constructor(
    private readonly db: Database,
    private readonly wake: Pick<Wake, 'ring'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a token. Its SHA-256 alone is stored: with 256 random bits there is nothing to guess, so nothing to slow down.
   *
   * @throws GracelineError FORBIDDEN, INVALID_INPUT, DATE_IN_PAST, or NOT_FOUND for an account or administrator there is not
   */
  async createToken(actor: Actor, input: NewToken): Promise<CreatedToken> {
    requireManager(actor);
    const now = this.clock.now();
    const checked = checkedToken(input, now);
    const token = TOKEN_PREFIXES[checked.role] + randomBytes(TOKEN_BYTES).toString('base64url');
    const created = { id: newId(), token, prefix: token.slice(0, FINDABLE_LENGTH) };
    await this.db.transaction(async (tx) => {
      await requireAdministrator(tx, checked.administratorId);
      const numbers = await requireNumbers(tx, checked.accounts ?? []);
      await insertToken(tx, { ...checked, ...created, hash: hashOf(token), createdAt: now, accountNumbers: numbers });
      const { name, role, subject, accounts, scopes, expiresAt } = checked;
      await writeEvents(tx, actor, now, [
        {
          type: 'TOKEN_CREATED',
          administratorId: checked.administratorId ?? undefined,
          data: {
            tokenId: created.id,
            prefix: created.prefix,
            name,
            role,
            subject,
            accounts: accounts ?? [],
            scopes,
            expiresAt: expiresAt ?? null,
          },
        },
      ]);
    });
    this.wake.ring();
    return created;
  }

  /**
   * Revokes a token: the next request with it is refused, and its open sockets are closed within seconds. Revoking again
   * changes nothing.
   *
   * @throws GracelineError FORBIDDEN or NOT_FOUND
   */
  async revokeToken(actor: Actor, id: string): Promise<TokenView> {
    requireManager(actor);
    const now = this.clock.now();
    const token = await this.db.transaction(async (tx) => {
      const before = isUuid(id) ? await findToken(tx, id) : undefined;
      if (!before) throw new GracelineError('NOT_FOUND', 'There is no token of this id. Look it up in the list of tokens.');
      if (!(await markRevoked(tx, id, now))) return before;
      const { prefix, name, role, subject } = before;
      await writeEvents(tx, actor, now, [
        {
          type: 'TOKEN_REVOKED',
          administratorId: before.administratorId ?? undefined,
          data: { tokenId: before.id, prefix, name, role, subject },
        },
      ]);
      return { ...before, revokedAt: now };
    });
    this.wake.ring();
    return token;
  }

  /**
   * A page of all tokens, newest first, revoked and expired ones included.
   *
   * @throws GracelineError FORBIDDEN, INVALID_INPUT or INVALID_CURSOR
   */
  async tokens(actor: Actor, page: PageRequest): Promise<Page<TokenView>> {
    requireManager(actor);
    return findTokens(this.db, page);
  }

  /**
   * Who a request comes from. Asks the database each time, so that a revocation holds from the next request on, in every
   * process; the look-up is by hash, so its time tells nothing about tokens that exist.
   *
   * @param authorization the `Authorization` header, `Bearer gl_…`; undefined where there was none
   * @throws GracelineError UNAUTHENTICATED with a sentence that says why: missing, malformed, unknown, revoked or expired
   */
  async authenticate(authorization: string | undefined): Promise<Actor> {
    const found = await findTokenByHash(this.db, hashOf(tokenOfHeader(authorization)));
    const { id, role, subject, administratorId, scopes } = requireValid(found, this.clock.now());
    return { role, subject, administratorId, tokenId: id, scopes };
  }
}

/** Operators make and revoke tokens, as do the command line and the first run, which act for one. */
function requireManager(actor: Actor): void {
  if (actor.role === 'OPERATOR' || actor.role === 'SYSTEM') return;
  throw new GracelineError('FORBIDDEN', 'Only operators manage tokens. Use the token of an operator.');
}

async function requireAdministrator(tx: Transaction, id: string | null | undefined): Promise<void> {
  if (!id || (isUuid(id) && (await administratorExists(tx, id)))) return;
  throw new GracelineError('NOT_FOUND', 'There is no administrator of this id. Create the administrator first.', {
    field: 'administratorId',
  });
}

async function requireNumbers(tx: Transaction, ids: readonly string[]): Promise<number[]> {
  // PostgreSQL holds no NUL in a text and would refuse to look.
  const numbers = await accountNumbers(
    tx,
    ids.filter((id) => !id.includes('\0')),
  );
  const missing = ids.filter((id) => !numbers.has(id)).map((id) => id.slice(0, 200));
  if (missing.length === 0) return [...numbers.values()];
  const named = missing.slice(0, 5).map((id) => `"${id}"`);
  throw new GracelineError(
    'NOT_FOUND',
    `There is no account ${named.join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}. Check the ids.`,
    {
      field: 'accounts',
      missing: missing.slice(0, 100),
    },
  );
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
