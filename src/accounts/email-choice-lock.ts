import type { Queryable } from '../db/database.ts';

/** Held shared by whoever changes accounts, and alone by whoever changes email settings. */
const EMAIL_CHOICE_LOCK = `hashtext('graceline email choice')`;

/**
 * Called before accounts are changed or locked. Such a change reads whether email settings say who sends an account's mail;
 * settings made meanwhile would be overruled by what it had not seen.
 */
export async function holdEmailChoice(tx: Queryable): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock_shared(${EMAIL_CHOICE_LOCK})`);
}

/** Called before email settings are changed; waits for changes of accounts under way, e.g. one batch of an import. */
export async function takeEmailChoice(tx: Queryable): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${EMAIL_CHOICE_LOCK})`);
}
