import LinkHeader from 'http-link-header';
import { parseItem } from 'structured-headers';
import { describe, expect, test } from 'vitest';
import { joinedHeaders, type MigrationAnswer, signalHeaders } from '../../../src/signals/signals.rules.ts';

const ANSWER: MigrationAnswer = {
  enabled: false,
  gracePeriodStart: '2023-06-30T23:59:59Z',
  deadline: new Date('2024-11-11T23:59:59Z'),
  guideUrl: 'https://docs.example/guide',
};
const PAGE = 'https://changes.example/migrations#tls';
const headersOf = (changes: Partial<MigrationAnswer>, page: string | null = PAGE) => signalHeaders({ ...ANSWER, ...changes }, page);
const linksOf = ({ link }: { readonly link: string }) => LinkHeader.parse(link).refs.map(({ rel, uri, type }) => ({ rel, uri, type }));

describe('the headers of an account on the old behaviour', () => {
  test('are those of the examples of RFC 9745 and RFC 8594', () => {
    expect(headersOf({})).toMatchObject({ deprecation: '@1688169599', sunset: 'Mon, 11 Nov 2024 23:59:59 GMT' });
    expect(parseItem(headersOf({}).deprecation!)).toEqual([new Date('2023-06-30T23:59:59Z'), new Map()]);
  });

  test('say nothing that is not known yet', () => {
    for (const unknown of ['TBD', '2016-06', '', 'soon', null, undefined, new Date(Number.NaN)])
      expect(headersOf({ deadline: unknown, gracePeriodStart: unknown })).toMatchObject({ deprecation: null, sunset: null });
    expect(headersOf({ gracePeriodStart: '2016-06-20' }).deprecation).toBe('@1466380800');
  });

  test('never end before they are deprecated', () => {
    const { deprecation, sunset } = headersOf({ gracePeriodStart: '2025-01-01' });
    const [deprecatedAt] = parseItem(deprecation!) as unknown as [Date];
    expect(deprecatedAt.getTime()).toBe(Date.parse(sunset!));
  });

  test('lead to the guide, and to the page for everybody', () => {
    const guide = { uri: 'https://docs.example/guide', type: 'text/html' };
    const page = { uri: PAGE, type: 'text/html' };
    expect(linksOf(headersOf({}))).toEqual([
      { rel: 'deprecation', ...guide },
      { rel: 'sunset', ...page },
    ]);
    expect(linksOf(headersOf({}, null))).toEqual([
      { rel: 'deprecation', ...guide },
      { rel: 'sunset', ...guide },
    ]);
    expect(linksOf(headersOf({ guideUrl: null }))).toEqual([
      { rel: 'deprecation', ...page },
      { rel: 'sunset', ...page },
    ]);
    expect(headersOf({ guideUrl: null }, null).link).toBe('');
  });

  test('hold no address that is none, and no character that ends one', () => {
    for (const guide of ['javascript:alert(1)', 'guide', 'ftp://example.com', 'https://'])
      expect(headersOf({ guideUrl: guide }, null).link).toBe('');
    const guide = 'https://docs.example/a>; rel="next"\r\nX: y?ü=<"#ü>';
    const { link } = headersOf({ guideUrl: guide }, null);
    expect(link).toMatch(/^[\x20-\x7E]+$/);
    expect(linksOf({ link }).map(({ rel }) => rel)).toEqual(['deprecation', 'sunset']);
  });
});

describe('beside headers that an answer has already', () => {
  const joined = (present: Record<string, string>) => joinedHeaders(headersOf({}), (name) => present[name] ?? null);

  test('the earlier date stays, and links are added', () => {
    const ours = headersOf({});
    expect(joined({})).toEqual(ours);
    expect(joined({ deprecation: '@1688169598', sunset: 'Tue, 12 Nov 2024 00:00:00 GMT', link: '</next>; rel="next"' })).toEqual({
      deprecation: '@1688169598',
      sunset: ours.sunset,
      link: `</next>; rel="next", ${ours.link}`,
    });
  });

  test('what cannot be read is left as it is', () => {
    expect(joined({ deprecation: 'true', sunset: 'soon' })).toMatchObject({ deprecation: 'true', sunset: 'soon' });
  });
});
