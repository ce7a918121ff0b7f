import type { Scope } from './scopes.rules.ts';

/** The roles a token can have. */
export const ROLES = ['OPERATOR', 'ADMINISTRATOR', 'PARTNER', 'RUNTIME'] as const;

/** See {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/** Who asks: what every service takes first. `SYSTEM` is the clock at work, through a worker. */
export interface Actor {
  readonly role: Role | 'SYSTEM';
  /** Who it is, as the log names them: an operator's or administrator's address, a partner's name; by a JWT `<issuer>|<sub>`. */
  readonly subject: string;
  /** The administrator behind it; null for everybody else. */
  readonly administratorId: string | null;
  /** The token it came with; null for SYSTEM, the command line, and whoever came with a JWT. */
  readonly tokenId: string | null;
  /** What a partner may do; empty for everybody else. */
  readonly scopes: readonly Scope[];
  /** That a partner acts for every account, those to come included; left out for those its token names. */
  readonly allAccounts?: boolean;
  /** The platform's ids of the accounts a partner acts for who came with a JWT, not a token; left out for everybody else. */
  readonly accounts?: readonly string[];
}

/** The worker, when it records what followed from a date. */
export const SYSTEM: Actor = { role: 'SYSTEM', subject: 'clock', administratorId: null, tokenId: null, scopes: [] };

/**
 * An actor as a reader: all that decides what it may see, and nothing else of it. Two whose readers are equal may be given the
 * same answer; whoever answers with this alone can give away nothing else of either.
 */
export function readerOf(actor: Actor): Actor {
  // Of tokens only a partner's decides anything: which accounts it sees.
  return { ...actor, subject: 'a reader', tokenId: actor.role === 'PARTNER' ? actor.tokenId : null };
}

/** A text that two actors have in common where all of them is equal. */
export function keyOf(actor: Actor): string {
  return JSON.stringify(Object.entries(actor).toSorted(([one], [other]) => one.localeCompare(other)));
}
