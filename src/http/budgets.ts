/** How much work each caller may ask of this process in a minute. Kept in its memory: a row for each request would cost more than most do. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Actor } from '../auth/actor.ts';
import { GracelineError } from '../errors.ts';

/** A token that does not count costs the address it comes from as much as a look-up. In points. */
export const WRONG_TOKEN_POINTS = 10;

/** Whose budget it is. */
export type PayerKind = 'key' | 'runtime' | 'stranger';

/** Who pays for a request: everybody of one id from one budget. */
export interface Payer {
  readonly kind: PayerKind;
  readonly id: string;
}

/** Points a minute, for each payer of a kind. */
export type BudgetSizes = Readonly<Record<PayerKind, number>>;

/** Where a budget stands. */
export interface Standing {
  /** Points in all. */
  readonly quota: number;
  /** Points that are left until it is filled again. */
  readonly left: number;
  /** Until then, in whole seconds. */
  readonly seconds: number;
}

/** What came of {@link Budgets.take}. */
export interface Taken extends Standing {
  /** Whether there was enough. If not, nothing was taken. */
  readonly enough: boolean;
}

const WINDOW_SECONDS = 60;
const MS_PER_SECOND = 1_000;

/**
 * Who pays for what somebody asks: all secrets of a token share a budget, as do all JWTs of one subject.
 *
 * @param address of whoever comes without a token
 */
export function payerOf(actor: Actor | null, address: () => string): Payer {
  if (actor === null) return { kind: 'stranger', id: address() };
  return { kind: actor.role === 'RUNTIME' ? 'runtime' : 'key', id: actor.tokenId ?? `${actor.role} ${actor.subject}` };
}

/** The budgets of a process. Each begins with the first request and is filled again a minute later. Runs on real time. */
export class Budgets {
  private readonly limiters: Readonly<Record<PayerKind, RateLimiterMemory>>;

  constructor({ key, runtime, stranger }: BudgetSizes) {
    const limiter = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_SECONDS });
    this.limiters = { key: limiter(key), runtime: limiter(runtime), stranger: limiter(stranger) };
  }

  /** Takes points, where there are enough. Never rejects. */
  async take({ kind, id }: Payer, points: number): Promise<Taken> {
    const limiter = this.limiters[kind];
    try {
      return { ...standingOf(limiter, await limiter.consume(id, points)), enough: true };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      // Given back: who asked for too much may still ask for less.
      return { ...standingOf(limiter, await limiter.reward(id, points)), enough: false };
    }
  }
}

/** Knows who asks, and makes them pay. */
export interface PayingCallers {
  /**
   * Who asks, once it is paid for.
   *
   * @param authorization as `authenticate` of sessions or tokens takes it
   * @param client the address that pays where nobody else can; see `RouteRequest`
   * @throws GracelineError RATE_LIMITED, and what asking who it is throws
   */
  authenticate(authorization: string | undefined, client: () => string): Promise<Actor>;
}

/**
 * Who asks for something, once it is paid for: by them or, where they do not say who they are or it does not count, by their address.
 *
 * @throws GracelineError RATE_LIMITED, and what asking who it is throws
 */
export async function paidBy(budgets: Budgets, points: number, client: () => string, authenticate: () => Promise<Actor>): Promise<Actor> {
  try {
    const actor = await authenticate();
    await charge(budgets, payerOf(actor, client), points);
    return actor;
  } catch (error) {
    if (error instanceof GracelineError && error.code === 'UNAUTHENTICATED') await chargeStranger(budgets, client);
    throw error;
  }
}

/**
 * Charges the address of whoever comes with something that does not count.
 *
 * @throws GracelineError RATE_LIMITED
 */
export function chargeStranger(budgets: Budgets, client: () => string): Promise<void> {
  return charge(budgets, payerOf(null, client), WRONG_TOKEN_POINTS);
}

async function charge(budgets: Budgets, payer: Payer, points: number): Promise<void> {
  const taken = await budgets.take(payer, points);
  if (!taken.enough) throw rateLimited(taken, points);
}

/**
 * The refusal of whoever has too little left.
 *
 * @param points what was asked for; undefined where it is not known yet
 */
export function rateLimited({ quota, left, seconds }: Standing, points?: number): GracelineError {
  const asked = points === undefined ? '' : ` and this costs ${points}`;
  return new GracelineError(
    'RATE_LIMITED',
    `Of your ${quota} points a minute ${left} are left${asked}. Try again in ${seconds} s, or ask for less at a time.`,
    { retryAfterSeconds: seconds },
  );
}

/** The fields `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-11. Its unit is the request; dear ones count for several. */
export function rateLimitHeaders({ quota, left, seconds }: Standing): Record<string, string> {
  return { 'ratelimit-policy': `"cost";q=${quota};w=${WINDOW_SECONDS}`, ratelimit: `"cost";r=${left};t=${seconds}` };
}

function standingOf({ points }: RateLimiterMemory, { consumedPoints, msBeforeNext }: RateLimiterRes): Standing {
  return { quota: points, left: Math.max(0, points - consumedPoints), seconds: Math.max(1, Math.ceil(msBeforeNext / MS_PER_SECOND)) };
}
