/**
 * From whom a mail to an account's user comes and whose words it has: what the migrations behind the gates FROM_ADDRESS and
 * EMAIL_TEMPLATE change. They are about the built-in provider alone; an account with its own is never touched by them.
 */

/** What the decision stands on. */
export interface SendingFacts {
  /** Whether the platform's built-in provider sends. */
  readonly builtIn: boolean;
  /** Whether each gate's migration is on for the account. Meaningless with an own provider. */
  readonly gates: { readonly FROM_ADDRESS: boolean; readonly EMAIL_TEMPLATE: boolean };
  /** The sender of the account's template; null where it names none. */
  readonly templateFrom: string | null;
  /** The sender of the account's settings; null where they name none. */
  readonly defaultFrom: string | null;
  /** Whether the account's words differ from the platform's. */
  readonly ownWords: boolean;
}

/** What follows. */
export interface SendingDecision {
  /** Whose subject and body: where the account has none of its own, the platform's are the account's too. */
  readonly words: 'ACCOUNT' | 'PLATFORM';
  /** The account's sender; null for the platform's fixed one. */
  readonly from: string | null;
  /** Gates whose old behaviour this mail makes use of: it would look different behind them. */
  readonly oldBehaviour: readonly ('FROM_ADDRESS' | 'EMAIL_TEMPLATE')[];
}

/**
 * Decides. An account that names no sender anywhere has the platform's with its own provider too: most providers refuse it,
 * and the account reads so where it looks at its mail.
 */
export function sendingDecision({ builtIn, gates, templateFrom, defaultFrom, ownWords }: SendingFacts): SendingDecision {
  const accountFrom = templateFrom ?? defaultFrom;
  const words = ownWords ? 'ACCOUNT' : 'PLATFORM';
  if (!builtIn) return { words, from: accountFrom, oldBehaviour: [] };
  // The platform's template comes with the platform's sender, whether or not the sender is fixed for all mails yet.
  if (gates.EMAIL_TEMPLATE) return { words: 'PLATFORM', from: null, oldBehaviour: [] };
  const from = gates.FROM_ADDRESS ? null : accountFrom;
  return {
    words,
    from,
    oldBehaviour: [
      ...(from !== null ? (['FROM_ADDRESS'] as const) : []),
      ...(from !== null || ownWords ? (['EMAIL_TEMPLATE'] as const) : []),
    ],
  };
}
