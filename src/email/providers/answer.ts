import { oneLine } from '../outgoing-mail.ts';

const LONGEST_ANSWER = 500;
/** What is looked at of an answer; providers say in a few hundred characters what is wrong. */
const LONGEST_READ = 20_000;
const REDACTED = '[redacted]';

/**
 * What a provider said, fit to be shown to the account: one line, bounded, and without its credentials. Some providers repeat
 * the key they refuse, and some mail servers the login in base64.
 *
 * @param secrets that must not be shown; empty ones are passed over
 */
export function answerLine(said: string, secrets: readonly string[] = []): string {
  const shown = secretForms(secrets).reduce((text, form) => text.replaceAll(form, REDACTED), said.slice(0, LONGEST_READ));
  return oneLine(shown, LONGEST_ANSWER);
}

/** Longest first, so that no part of one is left where another was cut out of it. */
function secretForms(secrets: readonly string[]): string[] {
  const forms = secrets
    .filter(Boolean)
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')]);
  return forms.toSorted((a, b) => b.length - a.length);
}
