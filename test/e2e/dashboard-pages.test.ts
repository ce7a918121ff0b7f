/**
 * Every page in a real browser, with the worst that outsiders can write in all of their fields: whoever cannot see it or has a
 * small screen can use it, and what was written stays text.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, expect, test, vi } from 'vitest';
import { axeViolations, describeInBrowser, openPage, openSignedIn, untilStill, type Visit } from '../support/chromium.ts';
import { type PageRole, routesOf } from '../support/dashboard-routes.ts';
import { HAS_RUN, hostile, KINDS, TURNED, turnedIn } from '../support/hostile-texts.ts';
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

/** What stands over a page: toasts are dialogs as well. */
const DIALOG = '[role=dialog]:has(h2)';
const MESSAGES = '[aria-label=Notifications]';
/** What the page has loaded of script, as it is sent: compressed. */
const SCRIPT_BYTES = `performance
  .getEntriesByType('resource')
  .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;
/** The issue of the dashboard promises less of a first load. */
const MOST_SCRIPT_BYTES = 200_000;

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
      // After two looks all of it is there.
      const bytes = await page.evaluate<number>(SCRIPT_BYTES);
      if (bytes >= MOST_SCRIPT_BYTES) found.push(`${path} takes ${bytes} bytes of script`);
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

  /** Waits for a text in what stands over a page. @returns the harm it does */
  async function harmOver(page: Page, over: string, text: string): Promise<string[]> {
    await page.locator(over).getByText(text).first().waitFor();
    const isTooWide = await page.evaluate<boolean>(
      `(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.querySelector('${over}'))`,
    );
    const turned = (await page.evaluate<string[]>(turnedIn(over))).map((each) => `turned: ${each}`);
    const harm = [...(await harmTo(page)), ...turned, ...(isTooWide ? [`${over} is too wide`] : [])];
    return harm.map((wrong) => `${new URL(page.url()).pathname.slice(0, 60)}, “${text.slice(0, 30)}”: ${wrong}`);
  }

  test('shows operators hostile texts as text in dialogs and messages too', async () => {
    const { page, faults } = await signIn('OPERATOR', { viewport: PHONE });
    const found: string[] = [];
    for (const [index, kind] of KINDS.entries()) {
      await goTo(page, `/rollouts/${MIGRATIONS[index]}`);
      await page.getByRole('button', { name: 'Cancel …' }).click();
      found.push(...(await harmOver(page, DIALOG, hostile(kind, 200))));
      await goTo(page, `/rollouts/${MIGRATIONS[index]}/edit`);
      await page.getByRole('button', { name: 'Save' }).click();
      found.push(...(await harmOver(page, MESSAGES, hostile(kind, 200))));
      await goTo(page, `/accounts/${encodeURIComponent(ACCOUNTS[index]!)}`);
      await page
        .getByRole('button', { name: /^Exempt/ })
        .first()
        .click();
      found.push(...(await harmOver(page, DIALOG, hostile(kind, 200))));
      await page.locator('[type=datetime-local]').fill('2099-01-01T00:00');
      await page.getByLabel('Reason').fill(hostile(kind, 200));
      await page.locator(DIALOG).getByRole('button', { name: 'Exempt' }).click();
      found.push(...(await harmOver(page, MESSAGES, hostile(kind, 200))));
    }
    await goTo(page, '/mail');
    // None at all would be a mistake in how it is weighed everywhere.
    expect(await page.evaluate<number>(SCRIPT_BYTES)).toBeGreaterThan(50_000);
    await page.getByRole('button', { name: /^Try again with the webhook to/ }).click();
    await page.getByRole('button', { name: /^Try all/ }).click();
    found.push(...(await harmOver(page, MESSAGES, 'reminders are tried again')));
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('shows administrators hostile texts as text in dialogs and messages too', async () => {
    const { page, faults } = await signIn('ADMINISTRATOR', { viewport: PHONE });
    const found: string[] = [];
    for (const [index, kind] of KINDS.entries()) {
      const title = hostile(kind, 200);
      await goTo(page, `/accounts/${encodeURIComponent(ACCOUNTS[(index + KINDS.length - 1) % KINDS.length]!)}`);
      await page.getByRole('button', { name: `Opt in to ${title} …`, exact: true }).click();
      found.push(...(await harmOver(page, DIALOG, title)));
      const confirm = page.locator(DIALOG).getByRole('button', { name: 'Opt in', exact: true });
      await page.locator(DIALOG).getByText('Loading', { exact: true }).waitFor({ state: 'detached' });
      for (const box of await page.locator(DIALOG).getByRole('checkbox').all()) await box.check();
      await confirm.click();
      found.push(...(await harmOver(page, MESSAGES, title)));
      await page.getByRole('button', { name: `Opt out of ${title}`, exact: true }).click();
      await page.locator(MESSAGES).getByText('You can opt in any time').waitFor();
      found.push(...(await harmOver(page, MESSAGES, title)));
    }
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
  });
});
