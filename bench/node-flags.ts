import { readFileSync } from 'node:fs';

/**
 * The options of V8 that a script of package.json gives its process, so that what is measured is what people run. Where there is much
 * memory, V8 lets the young generation grow to 64 MB and more for garbage that dies at once; once that is more than it wants the old
 * generation to grow by, it marks the whole heap every few megabytes of buffers.
 *
 * @param script e.g. `start:api`
 */
export function nodeFlags(script: string): string[] {
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { scripts: Record<string, string> };
  return scripts[script]!.split(' ').filter((word) => word.startsWith('--max-'));
}
