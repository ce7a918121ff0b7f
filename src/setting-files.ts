/** Settings that are given as files, the way container platforms hand out secrets: `ENCRYPTION_KEYS_FILE=/run/secrets/encryption-keys`. */
import { readFileSync } from 'node:fs';

/** What an environment gives, files read. */
export interface GivenSettings {
  readonly given: Readonly<Record<string, string>>;
  /** A line for each file that cannot be read, as {@link readConfig} shows them. */
  readonly faults: readonly string[];
}

/**
 * Reads the files that an environment names. Called once, at the start of a process.
 *
 * @param environment an empty value counts as not given; a setting that is given itself wins over its file
 * @param names of all settings
 */
export function withFiles(environment: NodeJS.ProcessEnv, names: readonly string[]): GivenSettings {
  const given = Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1])));
  const faults: string[] = [];
  for (const name of names) {
    const file = given[`${name}_FILE`];
    if (file === undefined || given[name] !== undefined) continue;
    try {
      // Editors and `echo` end a file with a line break.
      const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      if (text !== '') given[name] = text;
    } catch (error) {
      faults.push(`  ${name}_FILE: cannot be read: ${(error as Error).message}`);
    }
  }
  return { given, faults };
}
