import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { Gatherer } from '../db/gatherer.ts';
import { GracelineError } from '../errors.ts';
import { writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { isUuid, newId } from '../ids.ts';
import type { Page, PageRequest } from '../pagination.ts';
import type { Actor } from './actor.ts';
import type { LastUseRecorder } from './last-use-recorder.ts';
import type { OidcService } from './oidc.service.ts';
import {
  accountNumbers,
  administratorExists,
  findTokens,
  findTokensByHashes,
  insertToken,
  lockToken,
  markRevoked,
  replaceSecret,
  type TokenView,
} from './tokens.repository.ts';
import {
  checkedToken,
  DEFAULT_OVERLAP_SECONDS,
  endOf,
  FINDABLE_LENGTH,
  jwtOfHeader,
  type NewToken,
  overlapEnd,
  requireRotatable,
  requireValid,
  TOKEN_PREFIXES,
  tokenOfHand,
  tokenOfHeader,
  type TokenRole,
} from './tokens.rules.ts';

const TOKEN_BYTES = 32;
/** Of hashes in one statement. */
const MAX_LOOK_UPS = 1_000;

/** A token at the one moment it can be seen. */
export interface CreatedToken {
  readonly id: string;
  /** The token itself: shown once, kept nowhere. */
  readonly token: string;
  /** Its first characters, by which lists show it. */
  readonly prefix: string;
}

/** A token that has a new secret. */
export interface RotatedToken extends CreatedToken {
  /** Until when the old secret goes on. */
  readonly previousExpiresAt: Date;
}

/** Whoever holds a token that counts. */
export interface TokenHolder {
  readonly actor: Actor;
  /** SHA-256 of the secret that was shown. */
  readonly hash: string;
  /** When that secret ends, as far as anybody knows by now; null for never. */
  readonly endsAt: Date | null;
}

/** Who may come in: makes, rotates, lists, revokes and checks bearer tokens. */
export class TokensService {
  /** Every request asks, and sockets by the thousand every few seconds. */
  private readonly byHash = Gatherer.ofReads(async (hashes: readonly string[]) => {
    const found = await findTokensByHashes(this.db, hashes);
    return hashes.map((hash) => found.get(hash));
  }, MAX_LOOK_UPS);

  constructor(
    private readonly db: Database,
    private readonly wake: Pick<Wake, 'ring'>,
    private readonly clock: Clock,
    private readonly uses: Pick<LastUseRecorder, 'record'>,
    /** Takes JWTs, where the platform has an issuer of them. */
    private readonly jwts: Pick<OidcService, 'authenticate'> | null = null,
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
    const created = { id: newId(), ...newSecret(checked.role) };
    await this.db.transaction(async (tx) => {
      await requireAdministrator(tx, checked.administratorId);
      const numbers = await requireNumbers(tx, checked.accounts ?? []);
      await insertToken(tx, { ...checked, ...created, hash: hashOf(created.token), createdAt: now, accountNumbers: numbers });
      const { name, role, subject, accounts, allAccounts, scopes, expiresAt } = checked;
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
            allAccounts,
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
   * Gives a token a new secret, while the old one goes on for a while; everything else of the token stays. Of a token that is
   * rotated again meanwhile the oldest secret ends at once.
   *
   * @param overlapSeconds how long the old secret goes on, up to two weeks; 0 ends it at once
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, WRONG_STATE for one that was revoked or has expired
   */
  async rotateToken(actor: Actor, id: string, overlapSeconds = DEFAULT_OVERLAP_SECONDS): Promise<RotatedToken> {
    requireManager(actor);
    const now = this.clock.now();
    const previousExpiresAt = overlapEnd(now, overlapSeconds);
    const rotated = await this.db.transaction(async (tx) => {
      const before = await lockedToken(tx, id);
      requireRotatable(before, now);
      const secret = newSecret(before.role);
      await replaceSecret(tx, before.id, hashOf(secret.token), secret.prefix, previousExpiresAt);
      const data = { ...audited(before), prefix: secret.prefix, previousPrefix: before.prefix, previousExpiresAt };
      await writeEvents(tx, actor, now, [{ type: 'TOKEN_ROTATED', administratorId: before.administratorId ?? undefined, data }]);
      return { id: before.id, ...secret, previousExpiresAt };
    });
    this.wake.ring();
    return rotated;
  }

  /**
   * Revokes a token with all its secrets: the next request with it is refused, and its open sockets are closed within seconds. Revoking again
   * changes nothing.
   *
   * @throws GracelineError FORBIDDEN or NOT_FOUND
   */
  async revokeToken(actor: Actor, id: string): Promise<TokenView> {
    requireManager(actor);
    const now = this.clock.now();
    const token = await this.db.transaction(async (tx) => {
      const before = await lockedToken(tx, id);
      if (!(await markRevoked(tx, id, now))) return before;
      const administratorId = before.administratorId ?? undefined;
      await writeEvents(tx, actor, now, [{ type: 'TOKEN_REVOKED', administratorId, data: audited(before) }]);
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
   * @param authorization the `Authorization` header, `Bearer gl_…` or with a JWT; undefined where there was none
   * @throws GracelineError UNAUTHENTICATED with a sentence that says why: missing, malformed, unknown, revoked or expired;
   *   ISSUER_UNREACHABLE
   */
  async authenticate(authorization: string | undefined): Promise<Actor> {
    const jwt = this.jwts && jwtOfHeader(authorization);
    if (this.jwts && jwt) return this.jwts.authenticate(jwt);
    return (await this.holderOf(hashOf(tokenOfHeader(authorization)))).actor;
  }

  /**
   * Who holds a token, where it was given by hand and not in a header.
   *
   * @throws GracelineError UNAUTHENTICATED as {@link authenticate}
   */
  async holder(token: string): Promise<TokenHolder> {
    return this.holderOf(hashOf(tokenOfHand(token)));
  }

  /**
   * Who holds the secret of this hash, asked of the database each time.
   *
   * @throws GracelineError UNAUTHENTICATED as {@link authenticate}
   */
  async holderOf(hash: string): Promise<TokenHolder> {
    const now = this.clock.now();
    const token = requireValid(await this.byHash.ask(hash), now);
    this.uses.record(token, now);
    const { id, role, subject, administratorId, scopes, allAccounts } = token;
    const actor = { role, subject, administratorId, tokenId: id, scopes, ...(allAccounts && { allAccounts }) };
    return { actor, hash, endsAt: endOf(token) };
  }
}

/** Operators make and revoke tokens, as do the command line and the first run, which act for one. */
function requireManager(actor: Actor): void {
  if (actor.role === 'OPERATOR' || actor.role === 'SYSTEM') return;
  throw new GracelineError('FORBIDDEN', 'Only operators manage tokens. Use the token of an operator.');
}

async function lockedToken(tx: Transaction, id: string): Promise<TokenView> {
  const token = isUuid(id) ? await lockToken(tx, id) : undefined;
  if (!token) throw new GracelineError('NOT_FOUND', 'There is no token of this id. Look it up in the list of tokens.');
  return token;
}

/** What events say of a token. */
function audited({ id, prefix, name, role, subject }: TokenView) {
  return { tokenId: id, prefix, name, role, subject };
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

function newSecret(role: TokenRole): { token: string; prefix: string } {
  const token = TOKEN_PREFIXES[role] + randomBytes(TOKEN_BYTES).toString('base64url');
  return { token, prefix: token.slice(0, FINDABLE_LENGTH) };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
