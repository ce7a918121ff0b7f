import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { descriptionProblems, isSafeLink, normaliseDescription, renderMarkdown } from '../../../src/migrations/markdown.ts';

const problemsOf = (text: string): [number, string][] => descriptionProblems(text).map(({ line, message }) => [line, message]);

describe('a description', () => {
  test.each([
    '',
    'Text with `code`, **bold**, <b>old HTML</b> & an [absolute](https://example.com), [relative](/a#b) and [mail](mailto:a@example.com) link.',
    '#### A heading\n\n##### A deeper one\n\n| a | b |\n|---|---|\n| 1 | 2 |',
    '- list\n  ```js\n  code()\n  ```\n\n> ~~~\n> quoted\n> ~~~\n\n````\n```\n````',
    'Tabs\tand CRLF\r\nare fine.',
    'Code may say `<script>` and `javascript:alert(1)`\n\n    <iframe>\n\n```\n# heading\n<form onsubmit=x>\n```',
    '<!-- closed\n\ncomment -->\n\nText',
    'Text about the data: 1 < 2, on=off.',
  ])('may be %j', (text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  test.each([
    ['a\nb\u0007', 2, 'U+0007'],
    ['a\n\n### b', 3, 'A heading of level 3 would end the description. Use #### or deeper.'],
    ['a\n\nb\n---\nc', 3, 'The line of - under this text'],
    ['- a\n  # b', 2, 'heading of level 1'],
    ['a\n```js\ncode\n', 2, 'has no end. Put a line of ``` after'],
    ['a\n~~~~\n~~~\n', 2, 'has no end. Put a line of ~~~~ after'],
    ['```', 1, 'has no end'],
    ['- ```\n  code\n\nafter', 1, 'has no end'],
    ['a\n\n<script>alert(1)</script>', 3, '<script>'],
    ['a\nb <STYLE>p{}</STYLE>', 2, '<style>'],
    ['<iframe src="https://example.com"></iframe>', 1, '<iframe>'],
    ['<object data=x></object>', 1, '<object>'],
    ['text <embed src=x> text', 1, '<embed>'],
    ['<form action=/x><input></form>', 1, '<form>'],
    ['a\n\nb\n<img src=x onerror=alert(1)>', 4, 'event handler'],
    ['<div\nonclick = "x">', 1, 'event handler'],
    ['<a href=" java&#x73;cript:alert(1)">x</a>', 1, 'javascript:'],
    ['<a href="java\tscript:alert(1)">x</a>', 1, 'javascript:'],
    ['a [link](javascript:alert(1))', 1, 'none to link to'],
    ['a\n![image](data:image/svg+xml;base64,AAAA)', 2, 'none to link to'],
    ['[a]\n\n[a]: JavaScript:alert(1)', 1, 'none to link to'],
    ['a <vbscript:x>', 1, 'none to link to'],
    ['a\n\n<!-- open', 3, 'has no end. Close it'],
    ['<pre>\nopen', 1, 'has no end. Close it'],
  ])('may not be %j', (text, line, message) => {
    expect(problemsOf(text)).toContainEqual([line, expect.stringContaining(message)]);
  });

  test('has at most 100 KB, counted in bytes', () => {
    expect(problemsOf('é'.repeat(51_200))).toEqual([]);
    expect(problemsOf('é'.repeat(51_201))).toEqual([[1, expect.stringContaining('longer than 100 KB')]]);
  });

  test('with many problems has the first hundred told and the rest counted', () => {
    const problems = problemsOf('# a\n'.repeat(150));
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toEqual([101, expect.stringContaining('50 more')]);
  });

  test('is kept with LF and without empty lines around it', () => {
    expect(normaliseDescription('\r\n \r\n    code\r\n\rtext  \n\n')).toBe('    code\n\ntext');
    expect(normaliseDescription(' \n\t\n')).toBe('');
  });
});

describe('links', () => {
  test.each([
    'https://example.com',
    'HTTP://example.com',
    'mailto:a@example.com',
    '/path',
    'path%3A8080/x',
    '#anchor',
    '?q=a:b',
    './a:b',
    '',
  ])('may go to %j', (url) => {
    expect(isSafeLink(url)).toBe(true);
  });

  test.each([
    'javascript:alert(1)',
    ' \u0001JaVaScRiPt:alert(1)',
    'java\nscript:x',
    'data:text/html,x',
    'data:image/png;base64,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:x',
    'tel:1',
    'java%09script:x',
    ':',
  ])('may not go to %j', (url) => {
    expect(isSafeLink(url)).toBe(false);
  });
});

const ELEMENTS = 'a|blockquote|br|code|em|h[1-6]|hr|img|li|ol|p|pre|s|strong|table|tbody|td|th|thead|tr|ul';
const SAFE_TAG = new RegExp(`</?(?:${ELEMENTS})(?: (?:href|src|alt|title|class|start)="[^"<>]*"| tabindex="0")*>`, 'g');

/** Safe means: nothing but known elements with known attributes, and addresses that no browser takes for code. */
function expectSafe(html: string): void {
  expect(html.replace(SAFE_TAG, '')).not.toMatch(/[<>]/);
  for (const [tag] of html.matchAll(SAFE_TAG)) {
    const address = /(?:href|src)="([^"]*)"/.exec(tag)?.[1] ?? '';
    expect(address.replaceAll('&amp;', '&')).not.toMatch(/^(?!https?:|mailto:)[^/?#]*:/i);
    expect(/ src="([^"]*)"/.exec(tag)?.[1] ?? '').not.toMatch(/^(?:[a-z]+:|[/\\]{2})/i);
  }
}

describe('the HTML of a description', () => {
  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '[x](javascript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](<java\tscript:alert(1)>)',
    '[x](java&Tab;script&colon;alert(1))',
    '![x](data:text/html;base64,PHNjcmlwdD4=)',
    '![" onerror="alert(1)](x "\\" onload=\\"alert(1)")',
    '<javascript:alert(1)>',
    '[x]\n\n[x]: data:text/html,y',
    '```"><script>\nx\n```',
    '[x](https://example.com/"onmouseover="alert(1))',
    '| a |\n|:-:|\n| <svg/onload=alert(1)> |',
    '&lt;script&gt; &#60;script&#62;',
    '<!-- --><style>*{}</style>',
  ])('of %j is safe', (text) => {
    expectSafe(renderMarkdown(text));
  });

  test('of whatever input is safe', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '`',
      '```',
      '\n',
      '\n\n',
      '[',
      ']',
      '(',
      ')',
      '![',
      '](',
      '<a href=',
      'javascript:',
      'data:',
      '&#58;',
      '&colon;',
      '<script>',
      '<!--',
      'onerror=',
      '|',
      '---',
      '|-|\n',
      '\\',
      ' ',
      '\t',
      '#',
      '- ',
      '> ',
      'https://x',
      'x',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
          fc.string({ unit: 'binary', maxLength: 60 }),
        ),
        (text) => expectSafe(renderMarkdown(text)),
      ),
      { numRuns: 1_000 },
    );
  });

  test('keeps what descriptions are made of', () => {
    expect(renderMarkdown('#### Why\n\n**NOTE:** see [mail](/mail) & `code`.\n\n| a |\n| --: |\n| 1 |')).toBe(
      '<h4>Why</h4>\n<p><strong>NOTE:</strong> see <a href="/mail">mail</a> &amp; <code>code</code>.</p>\n' +
        '<table tabindex="0">\n<thead>\n<tr>\n<th class="right">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td class="right">1</td>\n</tr>\n</tbody>\n</table>\n',
    );
  });

  test.each([
    ['![a *plan*](/plan.png)', '<img src="/plan.png" alt="a plan">'],
    ['![a <b>](https://else.example/p.png "t")', '<a href="https://else.example/p.png">a &lt;b&gt;</a>'],
    ['**![](//else.example/p.png)**', '<strong><a href="//else.example/p.png">//else.example/p.png</a></strong>'],
    ['[![badge](http://else.example/b.svg)](/build) ![](https:x)', '<a href="/build">badge</a> <a href="https:x">https:x</a>'],
  ])('shows no picture from elsewhere, as in %j', (text, html) => {
    expect(renderMarkdown(text)).toBe(`<p>${html}</p>\n`);
  });

  test('does not turn bare addresses into links', () => {
    expect(renderMarkdown('https://example.com')).toBe('<p>https://example.com</p>\n');
  });

  test.each(['[', '![', '*a ', '_a', '`a', '<a ', '<!-- ', '[a](', '> ', '- ', '"'])(
    'of a hostile 100 KB of %j is made in time',
    (piece) => {
      const text = piece.repeat(Math.floor(102_400 / piece.length));
      const started = performance.now();
      descriptionProblems(text);
      renderMarkdown(text);
      expect(performance.now() - started).toBeLessThan(10_000);
    },
  );
});
