import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainTextOf } from '../../../src/email/templates/plain-text.ts';
import { workedMs } from '../../support/cpu-time.ts';

test.each([
  ['<p>One</p><p>Two</p>', 'One\n\nTwo\n'],
  ['one<br>two<br/>three', 'one\ntwo\nthree\n'],
  ['  many\n\n   spaces <b>bold</b>er ', 'many spaces bolder\n'],
  ['<p>Go <a href="https://a.example/?x=1&amp;y=2">here</a>.</p>', 'Go here <https://a.example/?x=1&y=2>.\n'],
  ['<a href="https://a.example/">https://a.example/</a>', 'https://a.example/\n'],
  ["<a title='x' HREF = 'https://a.example/'><img alt='Logo'></a>", 'Logo <https://a.example/>\n'],
  ['<a href="https://a.example/"><img src="x.png"></a>', 'https://a.example/\n'],
  ['<a href="javascript:alert(1)">no</a> <a name=x>anchor</a>', 'no anchor\n'],
  ['<a href="mailto:a@b.example">a@b.example</a>', 'a@b.example\n'],
  ['<ul><li>one</li><li>two</li></ul>after', '- one\n- two\n\nafter\n'],
  ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\nc\n'],
  ['<h1>Title</h1>text<hr>rest', 'Title\n\ntext\n\n----------\n\nrest\n'],
  ['<!doctype html><html><head><title>T</title><style>p > a { }</style></head><body>Body</body></html>', 'Body\n'],
  ['<head><title>never closed<body>Body', 'Body\n'],
  ['<script>if (a<b) x();</script>seen', 'seen\n'],
  ['<!-- hidden <p> -->seen', 'seen\n'],
  ['&lt;b&gt; &amp;amp; &#65;&#x42; &auml; &nbsp;x &unknown; &#0;', '<b> &amp; AB ä x &unknown;\n'],
  ['<pre>a\n  b</pre>', 'a\n  b\n'],
  ['never <b closed', 'never\n'],
  ['', '\n'],
])('%s', (html, text) => {
  expect(plainTextOf(html)).toBe(text);
});

test('reads anything, in a time that grows with its length', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', 'a', 'p', 'br', ' ', '"', '&', ';', '/', '!--', 'href=', '\n') }), (html) => {
      expect(plainTextOf(html)).toMatch(/\n$/);
    }),
  );
  for (const piece of ['<a ', '<a "', '<!--', '<!', '&', '&#', '<p>', '</', '<a href="', ' ', '<', '<a href="https://x.example">']) {
    const html = piece.repeat(200_000 / piece.length);
    const begun = workedMs();
    plainTextOf(html);
    expect([piece, workedMs() - begun < 2_000]).toEqual([piece, true]);
  }
});

test('preformatted text may have blanks without end', () => {
  const begun = workedMs();
  expect(plainTextOf(`<pre>a \t\n\n${' '.repeat(100_000)}b</pre>`)).toBe(`a\n\n${' '.repeat(100_000)}b\n`);
  expect(workedMs() - begun).toBeLessThan(500);
});
