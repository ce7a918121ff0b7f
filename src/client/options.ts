/** What a client is made with. */
export interface ClientOptions {
  /** Where the API is, e.g. `https://graceline.example`. */
  readonly url: string;
  /** The token of a runtime, or what gives it whenever a request is made, e.g. because it changes. */
  readonly token: string | (() => string | Promise<string>);
  /** What is answered about a migration nobody has announced: false unless given. `THROW` throws a {@link NoAnswerError}. */
  readonly unknownMigration?: boolean | 'THROW';
  /**
   * What is answered about an account there is not. `AS_MOST`, unless given: as for most accounts, which were there before the
   * grace period and have decided nothing. Anything else makes the server name every account, which takes memory for each.
   */
  readonly unknownAccount?: boolean | 'THROW' | 'AS_MOST';
  /** What is answered before the first snapshot has come: false unless given. */
  readonly notReady?: boolean | 'THROW';
  /** What is answered while cut off: `KEEP`, unless given, goes on with what is known; dates pass all the same. */
  readonly stale?: boolean | 'THROW' | 'KEEP';
  /** Cut off for so long, a client is stale; 30,000 ms unless given. */
  readonly staleAfterMs?: number;
  /** While there is no subscription, e.g. because a proxy lets no WebSocket through, a snapshot is asked for so often; 10,000 ms unless given. */
  readonly pollEveryMs?: number;
  /** The present, in ms of the epoch; the machine's unless given. */
  readonly now?: () => number;
}

/** Options with all that was left out. */
export type FullOptions = Required<ClientOptions>;

/** There is no answer, and the options say to throw then. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  /**
   * @param code why, for programs
   * @param message why and what to do, for people
   */
  constructor(
    readonly code: 'NOT_READY' | 'STALE' | 'UNKNOWN_MIGRATION' | 'UNKNOWN_ACCOUNT',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Fills in what was left out.
 *
 * @throws TypeError that names the option and what it takes
 */
export function fullOptions(options: ClientOptions): FullOptions {
  const full = {
    unknownMigration: false,
    unknownAccount: 'AS_MOST',
    notReady: false,
    stale: 'KEEP',
    staleAfterMs: 30_000,
    pollEveryMs: 10_000,
    now: Date.now,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  } as FullOptions;
  if (!URL.canParse(full.url) || !/^https?:$/.test(new URL(full.url).protocol))
    throw new TypeError('"url" must be where the API is, e.g. https://graceline.example.');
  if (typeof full.token !== 'function' && (typeof full.token !== 'string' || full.token === ''))
    throw new TypeError('"token" must be the token of a runtime, or a function that gives it.');
  requireOneOf(full, 'unknownMigration', ['THROW']);
  requireOneOf(full, 'unknownAccount', ['THROW', 'AS_MOST']);
  requireOneOf(full, 'notReady', ['THROW']);
  requireOneOf(full, 'stale', ['THROW', 'KEEP']);
  for (const name of ['staleAfterMs', 'pollEveryMs'] as const)
    if (!(full[name] >= 1 && full[name] < 2 ** 31)) throw new TypeError(`"${name}" must be a number of milliseconds from 1 on.`);
  return full;
}

function requireOneOf(
  options: FullOptions,
  name: 'unknownMigration' | 'unknownAccount' | 'notReady' | 'stale',
  words: readonly string[],
): void {
  const value = options[name];
  if (typeof value === 'boolean' || words.includes(value)) return;
  throw new TypeError(`"${name}" takes true, false, ${words.map((word) => `"${word}"`).join(' or ')}.`);
}
