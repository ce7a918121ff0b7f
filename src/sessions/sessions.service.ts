import { createHash, randomBytes } from 'node:crypto';
import DataLoader from 'dataloader';
import type { Actor } from '../auth/actor.ts';
import type { OidcService } from '../auth/oidc.service.ts';
import type { Identity } from '../auth/oidc.rules.ts';
import type { TokensService } from '../auth/tokens.service.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { Gatherer } from '../db/gatherer.ts';
import { purgeInBatches } from '../db/purge-in-batches.ts';
import type { RateLimit, RateLimits } from '../db/rate-limits.ts';
import { GracelineError } from '../errors.ts';
import { idleSince, isOpen, type PersonRole, requirePerson, sessionEnd, sessionEnded, sessionOfAuthorization } from './session.rules.ts';
import {
  deleteSession,
  findSessions,
  insertSession,
  purgeSessions,
  type SessionHolder,
  type SessionRow,
  writeUses,
} from './sessions.repository.ts';

const ID_BYTES = 32;
/** Failures alone are counted: a whole office may sign in at nine behind one address, and nobody there locks out the others. */
const FAILED_ATTEMPTS: RateLimit = { points: 30, seconds: 60 };
/** To the minute is near enough for an end by idleness, and spares a write at each request. */
const RECORD_EVERY_MS = 60_000;
/** Of sessions in one statement. */
const MAX_LOOK_UPS = 1_000;
/** Small enough that a stop waits for no more than one statement. */
const PURGE_BATCH = 2_500;

/** Somebody signed in. */
export interface Session {
  readonly role: PersonRole;
  /** As the log names them. */
  readonly subject: string;
  readonly administratorId: string | null;
  /** When it ends at the latest. */
  readonly expiresAt: Date;
}

/** A session at the one moment its id can be seen. */
export interface OpenedSession {
  /** For the cookie; kept nowhere. */
  readonly id: string;
  readonly session: Session;
}

/** What sessions are made of. */
export interface SessionsParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly tokens: Pick<TokensService, 'authenticate' | 'holder' | 'holderOf'>;
  readonly limits: Pick<RateLimits, 'take'>;
  /** Knows whom the issuer tells us of; null where there is none. */
  readonly jwts: Pick<OidcService, 'actorOf'> | null;
  /** When a session ends at the latest. */
  readonly maxHours: number;
  /** How long it may lie unused. */
  readonly idleMinutes: number;
}

/** Signs people in to the dashboard and knows who they are. Whatever a session may do is asked of its token at each request. */
export class SessionsService {
  /** Every request of the dashboard asks, and sockets by the thousand every few seconds. */
  private readonly byHash = Gatherer.ofReads(async (hashes: readonly string[]) => {
    const found = await findSessions(this.parts.db, hashes);
    return hashes.map((hash) => found.get(hash));
  }, MAX_LOOK_UPS);
  /** What is noted of them in the same moment is noted at once. */
  private readonly uses = new DataLoader(
    async (hashes: readonly string[]) => {
      await writeUses(this.parts.db, hashes, this.parts.clock.now());
      return hashes.map(() => null);
    },
    { cache: false, maxBatchSize: MAX_LOOK_UPS },
  );

  constructor(private readonly parts: SessionsParts) {}

  /**
   * Opens a session for whoever holds a token. It ends with that secret of the token: revoked, expired or rotated away.
   *
   * @param token as it was shown
   * @param address whose attempt it is, to count those that fail
   * @throws GracelineError UNAUTHENTICATED with a sentence that says why, FORBIDDEN for one that is no person's, RATE_LIMITED
   */
  async signIn(token: string, address: string): Promise<OpenedSession> {
    const { hash, actor, endsAt } = await this.parts.tokens.holder(token).catch(async (error: unknown) => {
      await this.countFailure(address);
      throw error;
    });
    return this.open(actor, endsAt, { tokenHash: hash, role: null, subject: null });
  }

  /**
   * Opens a session for whom the issuer told us of.
   *
   * @throws GracelineError UNAUTHENTICATED, FORBIDDEN for a partner
   */
  async signInAs(identity: Identity): Promise<OpenedSession> {
    const { jwts } = this.parts;
    if (!jwts) throw new GracelineError('NOT_FOUND', 'There is no issuer to sign in with here. Sign in with a token.');
    requirePerson(identity.role);
    const actor = await jwts.actorOf(identity);
    return this.open(actor, null, { tokenHash: null, role: identity.role, subject: actor.subject });
  }

  /** The session of an id, and that it is used; null where there is none, or one that has ended. */
  async find(id: string): Promise<Session | null> {
    try {
      const { row, actor } = await this.holderOf(id);
      return viewOf(actor, row.expiresAt);
    } catch (error) {
      if (error instanceof GracelineError && error.code === 'UNAUTHENTICATED') return null;
      throw error;
    }
  }

  /**
   * Who asks, by a session or by whatever `TokensService.authenticate` takes.
   *
   * @param authorization `Session` with the id of one, or an `Authorization` header; undefined where neither came
   * @throws GracelineError UNAUTHENTICATED, ISSUER_UNREACHABLE
   */
  async authenticate(authorization: string | undefined): Promise<Actor> {
    const id = sessionOfAuthorization(authorization);
    return id === null ? this.parts.tokens.authenticate(authorization) : (await this.holderOf(id)).actor;
  }

  /** Ends a session; one that has ended stays so. */
  async end(id: string): Promise<void> {
    await deleteSession(this.parts.db, hashOf(id));
  }

  /**
   * Deletes sessions that have ended. Safe in several processes at once.
   *
   * @param signal stops it after the batch under way
   * @returns how many it deleted
   */
  purge(signal?: AbortSignal): Promise<number> {
    const { db, clock, idleMinutes } = this.parts;
    const now = clock.now();
    return purgeInBatches(PURGE_BATCH, (limit) => purgeSessions(db, now, idleSince(now, idleMinutes), limit), signal);
  }

  private async open(actor: Actor, tokenEnd: Date | null, holder: SessionHolder): Promise<OpenedSession> {
    requirePerson(actor.role);
    const now = this.parts.clock.now();
    const id = randomBytes(ID_BYTES).toString('base64url');
    const expiresAt = sessionEnd(now, this.parts.maxHours, tokenEnd);
    await insertSession(this.parts.db, hashOf(id), { ...holder, createdAt: now, expiresAt, usedAt: now });
    return { id, session: viewOf(actor, expiresAt) };
  }

  /**
   * Counts an attempt to sign in that failed.
   *
   * @throws GracelineError RATE_LIMITED where an address has failed too often
   */
  async countFailure(address: string): Promise<void> {
    await this.parts.limits.take('sign-in', address, FAILED_ATTEMPTS);
  }

  private async holderOf(id: string): Promise<{ row: SessionRow; actor: Actor }> {
    const { clock, idleMinutes } = this.parts;
    const now = clock.now();
    const hash = hashOf(id);
    const row = await this.byHash.ask(hash);
    if (!row || !isOpen(row, now, idleMinutes)) throw sessionEnded();
    const actor = await this.actorOf(row);
    if (now.getTime() - row.usedAt.getTime() >= RECORD_EVERY_MS) await this.uses.load(hash);
    return { row, actor };
  }

  private async actorOf(holder: SessionHolder): Promise<Actor> {
    const { tokens, jwts } = this.parts;
    if (holder.tokenHash !== null) return (await tokens.holderOf(holder.tokenHash)).actor;
    if (!jwts) throw sessionEnded();
    const { role, subject } = holder;
    return jwts.actorOf(role === 'OPERATOR' ? { role, subject } : { role, email: subject });
  }
}

function viewOf({ role, subject, administratorId }: Actor, expiresAt: Date): Session {
  requirePerson(role);
  return { role, subject, administratorId, expiresAt };
}

/** With 256 random bits there is nothing to guess, so nothing to slow down. */
function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
