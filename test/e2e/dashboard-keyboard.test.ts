/** The main job done with the keyboard alone, by an operator and by an administrator, who see where they are at every step. */
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, test, vi } from 'vitest';
import { CreateAccountDocument, CreateAdministratorDocument } from '../../schema/generated/operations.ts';
import { dayIn } from '../../src/time-zone.ts';
import { describeInBrowser, openPage } from '../support/chromium.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { OLGA } from '../support/service.ts';
import { createWorld, PLATFORM_TIME_ZONE, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: LONG_TEST_LIMIT_MS });

const TITLE = 'Tokens are signed anew';
const ADA = 'ada@acme.example';
/** More stops than any page has on the way to anything. */
const MOST_STOPS = 60;
/**
 * What is wrong with the element in focus for whoever sees the page; empty where nothing is. Radio buttons that look like pills
 * and boxes show it around what stands for them.
 */
const WRONG_WITH_FOCUS = `(() => {
  const focused = document.activeElement;
  if (focused === document.body) return 'nothing has the focus';
  const shown = [focused, focused.parentElement].some((element) => getComputedStyle(element).outlineStyle !== 'none');
  const { top, bottom, width } = (focused.matches('[type=radio]') ? focused.parentElement : focused).getBoundingClientRect();
  const name = focused.tagName + ' ' + (focused.getAttribute('aria-label') ?? focused.textContent).slice(0, 40);
  if (!shown) return name + ' does not show it';
  return bottom > 0 && top < innerHeight && width > 1 ? '' : name + ' is out of sight';
})()`;

/** Escape and Enter, faster than the focus leaves what is closed. */
const LEAVES_IN_HASTE = `for (const key of ['Escape', 'Enter'])
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))`;

describeInBrowser('the dashboard by keyboard alone', () => {
  let world: World;
  let url: string;
  let tokens: Readonly<Record<'olga' | 'ada', string>>;

  beforeAll(async () => {
    world = await createWorld(new Date().toISOString());
    const [api, worker] = [await world.startApi(), await world.startWorker()];
    await Promise.all([api.ready(), worker.ready()]);
    ({ url } = api);
    const olgas = await world.createToken({ name: 'o', role: 'OPERATOR', subject: OLGA });
    const olga = graphqlClient(url, olgas);
    await olga.request(CreateAccountDocument, {
      input: { id: 'acme', name: 'Acme Books', platform: 'CLOUD', createdAt: '2020-01-01T00:00:00Z' },
    });
    const { createAdministrator } = await olga.request(CreateAdministratorDocument, {
      input: { email: ADA, name: 'Ada', accounts: ['acme'], timeZone: PLATFORM_TIME_ZONE },
    });
    const ada = { name: 'a', role: 'ADMINISTRATOR', subject: ADA, administratorId: createAdministrator.id } as const;
    tokens = { olga: olgas, ada: await world.createToken(ada) };
  });

  const isFocused = async (page: Page, target: Locator) => (await page.locator(':focus').and(target).count()) === 1;

  /** Presses Tab until the focus is there; every stop on the way has to be seen. */
  async function tabTo(page: Page, target: Locator): Promise<void> {
    await target.waitFor();
    for (let stops = 0; stops < MOST_STOPS; stops++) {
      if (await isFocused(page, target)) return;
      await page.keyboard.press('Tab');
      expect(await page.evaluate(WRONG_WITH_FOCUS).catch(() => '')).toBe('');
    }
    throw new Error(`Tab does not lead to ${String(target)}`);
  }

  async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
    await tabTo(page, target);
    await page.keyboard.press(key);
  }

  /** Waits until the focus is on something. */
  async function focusOn(page: Page, target: Locator): Promise<void> {
    await expect.poll(() => isFocused(page, target), { message: `focus on ${String(target)}` }).toBe(true);
  }

  /** Waits until the focus is somewhere, and seen there: what had it may be gone. */
  async function expectFocus(page: Page): Promise<void> {
    await expect.poll(() => page.evaluate(WRONG_WITH_FOCUS)).toBe('');
  }

  /** Waits until something that was opened has taken the focus: a key that is pressed before goes to what opened it. */
  async function focusIn(page: Page, opened: Locator): Promise<void> {
    await focusOn(page, opened.and(page.locator(':focus')).or(opened.locator(':focus')));
  }

  /** Opens the menu at the end of the header from its button, and goes to its end. */
  async function toSignOut(page: Page): Promise<void> {
    await press(page, button(page, ADA));
    await focusIn(page, page.getByRole('menu'));
    // A menu that has the focus may still hand it to its first item, after the key.
    const goToEnd = () => page.keyboard.press('End').then(() => isFocused(page, page.getByRole('menuitem', { name: 'Sign out' })));
    await expect.poll(goToEnd, { message: 'focus on the end of the menu' }).toBe(true);
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
  /** By its title: toasts are dialogs as well. */
  const dialog = (page: Page, name: RegExp) => page.getByRole('dialog', { name });
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  /** Signs in at a page, and goes past the navigation. */
  async function arrive(token: string, title: string): Promise<Page> {
    const { page } = await openPage(url);
    await page.goto('/');
    await tabTo(page, page.getByLabel('Token', { exact: true }));
    await page.keyboard.type(token);
    await page.keyboard.press('Enter');
    await heading(page, title).waitFor();
    await page.reload();
    await heading(page, title).waitFor();
    await page.keyboard.press('Tab');
    await focusOn(page, page.getByRole('link', { name: 'Skip to the content' }));
    await page.keyboard.press('Enter');
    await focusOn(page, page.getByRole('main'));
    return page;
  }

  test('is enough to write a migration, to announce it, and to see it go', async () => {
    const page = await arrive(tokens.olga, 'Migrations');
    await press(page, page.getByRole('link', { name: 'New migration' }));
    await focusOn(page, heading(page, 'New migration'));
    await tabTo(page, page.getByLabel('Title'));
    await page.keyboard.type(TITLE);
    await press(page, page.getByLabel('Severity'), 'End');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => page.getByLabel('Severity').inputValue()).toBe('HIGH');
    await press(page, page.getByLabel('Start of the grace period', { exact: true }), 'End');
    await page.keyboard.press('ArrowUp');
    const [year, month, day] = dayIn(world.now(), PLATFORM_TIME_ZONE).split('-') as [string, string, string];
    await tabTo(page, page.getByLabel('Start of the grace period: a day'));
    await page.keyboard.type(`${month}${day}${year}`);
    await expect.poll(() => page.getByLabel('Start of the grace period: a day').inputValue()).toBe(`${year}-${month}-${day}`);
    await press(page, button(page, 'Create draft'));
    await focusOn(page, heading(page, TITLE));

    // A dialog that is left gives the focus back.
    await press(page, button(page, 'Reschedule …'));
    await focusIn(page, dialog(page, /^New dates/));
    await page.keyboard.press('Escape');
    await focusOn(page, button(page, 'Reschedule …'));
    await page.keyboard.press('Shift+Tab');
    await focusOn(page, button(page, 'Announce …'));
    await page.keyboard.press('Enter');
    await focusIn(page, dialog(page, /^Announce/));
    await press(page, dialog(page, /^Announce/).getByRole('button', { name: 'Announce' }));
    await page.getByText('Grace period', { exact: true }).first().waitFor();
    await dialog(page, /^Announce/).waitFor({ state: 'detached' });
    // The button that was pressed is gone: it goes on with another one, or at the beginning of the page.
    await focusOn(page, page.locator('main, main *'));
    // Pills by arrow keys, and a table that scrolls.
    await tabTo(page, page.getByRole('radio', { name: 'Still off' }));
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.getByRole('radio', { name: 'Undecided' }).isChecked()).toBe(true);
    await tabTo(page, page.getByRole('group', { name: 'Accounts of this migration' }));
    await press(page, page.getByRole('link', { name: 'Acme Books' }));
    await focusOn(page, heading(page, 'Acme Books'));
  });

  test('is enough to find what is open, to opt in and out again, and to leave', async () => {
    await world.settle();
    const page = await arrive(tokens.ada, 'Board');
    await press(page, page.getByRole('link', { name: 'Acme Books' }));
    await focusOn(page, heading(page, 'Acme Books'));
    await press(page, button(page, `Opt in to ${TITLE} …`));
    await page
      .getByRole('dialog')
      .getByText(/^You can opt out again/)
      .waitFor();
    await focusIn(page, dialog(page, /^Opt in/));
    await page.keyboard.press('Escape');
    await focusOn(page, button(page, `Opt in to ${TITLE} …`));
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog')
      .getByText(/^You can opt out again/)
      .waitFor();
    await focusIn(page, dialog(page, /^Opt in/));
    await press(page, dialog(page, /^Opt in/).getByRole('button', { name: 'Opt in' }));
    await page.getByText('It is on, because somebody opted in.').waitFor();
    await dialog(page, /^Opt in/).waitFor({ state: 'detached' });
    await expectFocus(page);
    await press(page, button(page, `Opt out of ${TITLE}`));
    await page.getByText('Opted out', { exact: true }).first().waitFor();
    await expectFocus(page);

    await page.goto('/notices');
    await press(page, button(page, `Dismiss the notice about ${TITLE}`));
    await page.getByText('dismissed').waitFor();
    await expectFocus(page);
    await page.reload();
    await toSignOut(page);
    await page.keyboard.press('Escape');
    await focusOn(page, button(page, ADA));
    await toSignOut(page);
    await page.evaluate(LEAVES_IN_HASTE);
    await page.reload();
    await heading(page, 'Notices').waitFor();
    await toSignOut(page);
    await page.keyboard.press('Enter');
    await heading(page, 'Sign in to Example Platform').waitFor();
  });
});
