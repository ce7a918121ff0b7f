import { describe, expect, test } from 'vitest';
import { watchJson } from '../../../src/http/wild-json.ts';

/** Feeds a text in parts, as a connection would. */
function watch(text: string, partBytes = 10_000): void {
  const bytes = Buffer.from(text);
  const see = watchJson();
  for (let at = 0; at < bytes.length; at += partBytes) see(bytes.subarray(at, at + partBytes));
}

const list = (items: number) => `{"accounts":[${Array.from({ length: items }, (_, i) => `"account-${i}"`).join(',')}]}`;

describe('JSON', () => {
  test.each([
    ['a list of ten thousand accounts', list(10_000)],
    ['a long text that looks like JSON', JSON.stringify({ page: '[{,:\\"'.repeat(50_000) })],
    ['whatever is short', '['.repeat(30_000)],
  ])('%s is let through', (_, text) => {
    expect(() => watch(text)).not.toThrow();
  });

  test.each([
    ['too many items', list(13_000)],
    ['too many names', JSON.stringify(Object.fromEntries(Array.from({ length: 7_000 }, (_, i) => [`k${i}`, 1])))],
    ['too many levels', `${' '.repeat(40_000)}${'[{"a":'.repeat(60)}`],
    ['too many levels in the part that is first', `${'['.repeat(101)}${' '.repeat(40_000)}`],
    ['too many items behind a text whose escape is cut in two', `["${'x'.repeat(39_997)}\\"${'y'.repeat(10)}",${'1,'.repeat(12_001)}`],
  ])('%s are refused', (what, text) => {
    expect(() => watch(text)).toThrow(expect.objectContaining({ code: what.includes('levels') ? 'INVALID_INPUT' : 'TOO_LARGE' }));
  });
});
