import { hash } from 'node:crypto';
import type { Actor } from '../auth/actor.ts';
import type { TokenHolder, TokensService } from '../auth/tokens.service.ts';
import { jwtOfHeader, tokenOfHeader } from '../auth/tokens.rules.ts';
import type { Clock } from '../clock.ts';
import type { Commits } from '../events/follower.ts';
import { Memory } from '../events/memory.ts';
import { OUTDATED_BY } from './outdated.ts';

const MAX_CALLERS = 10_000;
/** Asked again so soon that the use of a token is known to the minute. */
const KNOWN_FOR_MS = 30_000;

/**
 * Who asks for flags. Unlike everywhere else the database is not asked at each request: that would cost several times what the
 * answer does. A token that was revoked or rotated away is refused as soon as {@link Commits} tell of it, and after two
 * seconds at the latest; one that ends by the clock, at that instant.
 */
export class Callers {
  private readonly holders: Memory<TokenHolder>;

  constructor(
    private readonly tokens: Pick<TokensService, 'authenticate' | 'holderOf'>,
    private readonly clock: Clock,
    commits: Commits,
  ) {
    this.holders = new Memory(commits, { maxSize: MAX_CALLERS, lastsMs: KNOWN_FOR_MS });
    commits.onCommits((told) => {
      if (told === 'ANYTHING' || told.some(({ type }) => OUTDATED_BY[type] === 'CALLERS')) this.holders.forgetAll();
    });
  }

  /**
   * Who a request comes from.
   *
   * @param authorization as `TokensService.authenticate` takes it
   * @throws GracelineError UNAUTHENTICATED, ISSUER_UNREACHABLE
   */
  async authenticate(authorization: string | undefined): Promise<Actor> {
    if (jwtOfHeader(authorization) !== null) return this.tokens.authenticate(authorization);
    const secret = hash('sha256', tokenOfHeader(authorization));
    const known = (await this.holders.read(secret, () => this.tokens.holderOf(secret)))!;
    if (known.endsAt === null || known.endsAt > this.clock.now()) return known.actor;
    // Says why.
    return (await this.tokens.holderOf(secret)).actor;
  }
}
