/**
 * Every page in a real browser, with the worst that outsiders can write in all of their fields: whoever cannot see it or has a
 * small screen can use it, and what was written stays text.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, expect, test, vi } from 'vitest';
import { axeViolations, describeInBrowser, openPage, openSignedIn, untilStill, type Visit } from '../support/chromium.ts';
import { type PageRole, routesOf } from '../support/dashboard-routes.ts';
import { HAS_RUN, hostile, KINDS, TURNED } from '../support/hostile-texts.ts';
import { ACCOUNTS, createHostileWorld, type HostileWorld, MIGRATIONS } from '../support/hostile-world.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';

vi.setConfig({ testTimeout: LONG_TEST_LIMIT_MS, hookTimeout: LONG_TEST_LIMIT_MS });

const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Colours are the same at every width, and what is shown the same in every colour. */
const LOOKS = [
  [WIDE, 'light'],
  [PHONE, 'dark'],
] as const;
const ID = encodeURIComponent(ACCOUNTS[0]!);

/** An address for each pattern of a role's routes; one that leads nowhere as well. */
const EXAMPLES: Readonly<Record<PageRole, Readonly<Record<string, string>>>> = {
  OPERATOR: {
    '/': '/',
    '/new-migration': '/new-migration',
    '/rollouts/:key': `/rollouts/${MIGRATIONS[0]}`,
    '/rollouts/:key/edit': `/rollouts/${MIGRATIONS[0]}/edit`,
    '/accounts': '/accounts',
    '/accounts/:id': `/accounts/${ID}`,
    '/mail': '/mail',
    '/log': '/log',
  },
  ADMINISTRATOR: {
    '/': '/',
    '/accounts': '/accounts',
    '/accounts/:id': `/accounts/${ID}`,
    '/accounts/:id/email': `/accounts/${ID}/email`,
    '/accounts/:id/email/:template': `/accounts/${ID}/email/welcome`,
    '/notices': '/notices',
    '/settings': '/settings',
  },
};
const ROLES = Object.keys(EXAMPLES) as PageRole[];
const NOWHERE = `/no/${encodeURIComponent(hostile('html', 0))}`;
const IS_TOO_WIDE = 'document.documentElement.scrollWidth > innerWidth';
const OPEN_ALL = `for (const button of document.querySelectorAll('main [aria-expanded="false"]')) button.click()`;
/** What is in the middle of the page, with the values of its fields. */
const TEXT = `[document.querySelector('main').textContent,
  ...Array.from(document.querySelectorAll('main input, main textarea'), ({ value }) => value)].join('\\n')`;
const every = (length: number) => KINDS.map((kind) => hostile(kind, length));
const [html] = every(0) as [string];
/** What each page has to show among all else. */
const SHOWN: Readonly<Record<PageRole, Readonly<Record<string, readonly string[]>>>> = {
  OPERATOR: {
    '/': every(200),
    '/accounts': [...every(200), ...ACCOUNTS],
    [`/accounts/${ID}`]: [...every(200), ...ACCOUNTS.slice(0, 1), html],
    [`/rollouts/${MIGRATIONS[0]}`]: [...every(200), html],
    [`/rollouts/${MIGRATIONS[2]}`]: [...every(200), hostile('long', 2_000)],
    '/mail': [html, hostile('long', 400)],
    '/log': every(200),
  },
  ADMINISTRATOR: {
    '/': every(200),
    '/accounts': [...every(200), ...ACCOUNTS],
    [`/accounts/${ID}`]: [...every(200), html],
    [`/accounts/${ID}/email/welcome`]: [html],
    '/notices': every(200),
    '/settings': [html],
  },
};

describeInBrowser('every page', () => {
  let hostileWorld: HostileWorld;

  beforeAll(async () => {
    hostileWorld = await createHostileWorld();
  });

  test.each(ROLES)('that %s can visit is among those looked at here', async (role) => {
    expect(Object.keys(EXAMPLES[role])).toEqual(await routesOf(role));
  });

  const signIn = (role: PageRole, options: BrowserContextOptions = {}): Promise<Visit> =>
    openSignedIn(hostileWorld.url, hostileWorld.tokens[role], '/', options);

  /** Goes to a page and waits until all of it is there. */
  async function goTo(page: Page, path: string): Promise<void> {
    await page.goto(path);
    await page.locator('h1').first().waitFor();
    await expect.poll(() => page.getByText('Loading', { exact: true }).count()).toBe(0);
  }

  /** Looks at each page in each look. @returns what is wrong, by path */
  async function lookAt(page: Page, paths: readonly string[], wrongWith: (page: Page, path: string) => Promise<readonly string[]>) {
    const found: string[] = [];
    for (const path of paths) {
      await goTo(page, path);
      for (const [viewport, colorScheme] of LOOKS) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await untilStill(page);
        for (const wrong of await wrongWith(page, path)) found.push(`${path} at ${viewport.width} px, ${colorScheme}: ${wrong}`);
      }
    }
    return found;
  }

  /** What a hostile text has done to a page. */
  async function harmTo(page: Page): Promise<string[]> {
    return [
      ...((await page.evaluate<boolean>(HAS_RUN)) ? ['a script has run'] : []),
      ...((await page.evaluate<boolean>(IS_TOO_WIDE)) ? ['it is too wide'] : []),
      ...(await page.evaluate<string[]>(TURNED)).map((text) => `turned: ${text}`),
    ];
  }

  /** What is wrong with a page as it stands. How it is built is the same at each address of it, so axe-core looks at one. */
  const wrongWith = (built: readonly string[]) => async (page: Page, path: string) => [
    ...(await harmTo(page)),
    ...(built.includes(path) ? await axeViolations(page) : []),
  ];

  test.each(ROLES)('of %s passes axe-core, wide and narrow, light and dark, and shows hostile texts as text', async (role) => {
    const { page, faults } = await signIn(role);
    const rest = ACCOUNTS.slice(1).map((id) => `/accounts/${encodeURIComponent(id)}`);
    const others = role === 'OPERATOR' ? [...rest, ...MIGRATIONS.slice(1).map((key) => `/rollouts/${key}`)] : [...rest, `${rest[1]}/email`];
    const queries = [
      `/accounts?search=${encodeURIComponent(hostile('html', 0))}`,
      `/log?actor=${encodeURIComponent(hostile('html', 0))}&type=constructor`,
    ];
    const pages = [...Object.values(EXAMPLES[role]), NOWHERE];
    const paths = [...pages, ...others, ...(role === 'OPERATOR' ? queries : [])];
    expect(await lookAt(page, paths, wrongWith(pages))).toEqual([]);
    for (const [path, texts] of Object.entries(SHOWN[role])) {
      await goTo(page, path);
      await page.evaluate(OPEN_ALL);
      const text = await page.evaluate<string>(TEXT);
      expect({ path, missing: texts.filter((each) => !text.includes(each)) }).toEqual({ path, missing: [] });
      expect(await harmTo(page)).toEqual([]);
    }
    // The browser says in the console what the content security policy refused, and reports it.
    expect(faults).toEqual([]);
    expect(hostileWorld.world.output).not.toContain('content security policy');
  });

  test('without a session passes axe-core, wide and narrow, light and dark, and shows hostile texts as text', async () => {
    const { mailbox, resetPath } = hostileWorld;
    const paths = ['/', '/migrations', mailbox, `${mailbox}/hostile.eml`, resetPath, '/password-reset?ticket=none'];
    const { page, faults } = await openPage(hostileWorld.url);
    expect(await lookAt(page, paths, wrongWith(paths))).toEqual([]);
    // What the frame of a mail may not do, browsers only say.
    expect(faults.filter((fault) => !fault.includes('/mailbox/hostile.eml/'))).toEqual([]);
    expect(hostileWorld.world.output).not.toContain('content security policy');
  });
});
