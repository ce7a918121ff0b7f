/** The dashboard in a real browser, on the real service: signing in and out, and what stands around every page. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import {
  CreateAccountDocument,
  CreateAdministratorDocument,
  CreateTokenDocument,
  RevokeTokenDocument,
} from '../../schema/generated/operations.ts';
import { axeViolations, describeInBrowser, openPage, untilStill } from '../support/chromium.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { createWorld } from '../support/world.ts';

/** What came over the network as script so far. */
const SCRIPT_BYTES = `performance
  .getEntriesByType('resource')
  .filter(({ name }) => name.endsWith('.js'))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

describeInBrowser('the dashboard', () => {
  let url: string;
  let adasToken: string;
  let olgasToken: string;
  let olga: GraphqlClient;

  beforeAll(async () => {
    const world = await createWorld(new Date().toISOString());
    const [api, worker] = [await world.startApi(), await world.startWorker()];
    await Promise.all([api.ready(), worker.ready()]);
    ({ url } = api);
    olgasToken = await world.createToken({ name: 'o', role: 'OPERATOR', subject: 'olga@platform.example' });
    olga = graphqlClient(url, olgasToken);
    await olga.request(CreateAccountDocument, { input: { id: 'acme', name: 'Acme Books', platform: 'CLOUD' } });
    const { createAdministrator } = await olga.request(CreateAdministratorDocument, {
      input: { email: 'ada@acme.example', name: 'Ada', accounts: ['acme'], timeZone: 'Europe/Berlin' },
    });
    const ada = { name: 'a', role: 'ADMINISTRATOR', subject: 'ada@acme.example', administratorId: createAdministrator.id } as const;
    adasToken = await world.createToken(ada);
  });

  async function signIn(page: Page, token: string): Promise<void> {
    await page.getByLabel('Token', { exact: true }).fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

  test('refuses a wrong token in words, takes a right one, leads back to the page that was asked for, and lets go again', async () => {
    const { page, faults } = await openPage(url);
    await page.goto('/accounts');
    await heading(page, 'Sign in to Example Platform').waitFor();
    expect(await page.title()).toBe('Sign in – Example Platform');
    expect(await axeViolations(page)).toEqual([]);

    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Paste a token first.').waitFor();
    await signIn(page, 'gl_ad_wrong');
    const input = page.getByLabel('Token', { exact: true });
    await page.getByText(/^This is no token of ours/).waitFor();
    // Whoever cannot see the error hears it, and can mend it at once.
    expect(await input.getAttribute('aria-invalid')).toBe('true');
    await page.locator('input[name=token]:focus').waitFor();
    expect(await axeViolations(page)).toEqual([]);

    await signIn(page, adasToken);
    await heading(page, 'Accounts').waitFor();
    await page.getByText('Acme Books').waitFor();
    expect(new URL(page.url()).pathname).toBe('/accounts');
    await page.getByRole('link', { name: 'Board' }).click();
    await heading(page, 'Board').waitFor();
    expect(await page.title()).toBe('Board – Example Platform');
    expect(await axeViolations(page)).toEqual([]);

    await page.getByRole('button', { name: 'ada@acme.example' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading(page, 'Sign in to Example Platform').waitFor();
    await page.reload();
    await heading(page, 'Sign in to Example Platform').waitFor();
    expect(faults).toEqual([]);
  });

  test('shows each role its own pages, and says where an address leads nowhere', async () => {
    const { page, faults } = await openPage(url);
    await page.goto('/no/such/page');
    await signIn(page, olgasToken);
    await heading(page, 'Page not found').waitFor();
    const entries = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts();
    expect(entries).toEqual(['Migrations', 'Accounts', 'Mail & workers', 'Event log']);
    await page.getByRole('link', { name: 'To the first page' }).click();
    await heading(page, 'Migrations').waitFor();
    // Whoever goes by keyboard or ear is at the new page, not at where the link was.
    await page.locator('h1:focus').waitFor();
    expect(faults).toEqual([]);
  });

  test('takes less than 200 KB of compressed script to show the first page', async () => {
    const { page } = await openPage(url);
    await page.goto('/');
    await signIn(page, adasToken);
    await heading(page, 'Board').waitFor();
    await page.getByRole('main').getByText('Nothing is open, over 1 account.').waitFor();
    const bytes = await page.evaluate<number>(SCRIPT_BYTES);
    // None at all would be a mistake in what is asked.
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(200_000);
  });

  test('asks whoever lost their session to sign in again, and goes on where they were', async () => {
    const input = { name: 'short', role: 'OPERATOR', subject: 'short@platform.example' } as const;
    const { createToken } = await olga.request(CreateTokenDocument, { input });
    const { page } = await openPage(url);
    await page.goto('/log');
    await signIn(page, createToken.token);
    await heading(page, 'Event log').waitFor();
    await olga.request(RevokeTokenDocument, { id: createToken.id });
    // By the live connection: nobody has to click first.
    await page.getByText('Your session ended. Sign in again to go on where you were.').waitFor();
    await signIn(page, olgasToken);
    await heading(page, 'Event log').waitFor();
    expect(new URL(page.url()).pathname).toBe('/log');
  });

  test('goes by the theme of the system until one is chosen, and keeps that', async () => {
    const { page } = await openPage(url, { colorScheme: 'dark' });
    await page.goto('/');
    await signIn(page, adasToken);
    await heading(page, 'Board').waitFor();
    const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const dark = await ground();
    await page.getByRole('button', { name: 'ada@acme.example' }).press('Enter');
    await page.getByRole('menuitemradio', { name: 'Light' }).click();
    await expect.poll(ground).not.toBe(dark);
    await untilStill(page);
    const light = await ground();
    await page.reload();
    await heading(page, 'Board').waitFor();
    expect(await ground()).toBe(light);
  });

  test('fetches the user menu when somebody reaches for it: says where that fails, and gives the focus back', async () => {
    const { page } = await openPage(url);
    await page.goto('/');
    await signIn(page, adasToken);
    await heading(page, 'Board').waitFor();
    await page.context().setOffline(true);
    const button = page.getByRole('button', { name: 'ada@acme.example' });
    await button.press('ArrowDown');
    await page
      .getByRole('region', { name: 'Notifications' })
      .getByText(/^The menu could not be fetched/)
      .waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.context().setOffline(false);
    await button.press('ArrowDown');
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await expect.poll(() => page.locator('header button[aria-haspopup=menu]:focus').count()).toBe(1);
  });

  test('shows the first page by itself once the service answers again, and promises no more than it does', async () => {
    const { page } = await openPage(url);
    await page.route('**/session', (route) => route.abort());
    await page.goto('/');
    await page.getByText('Graceline cannot be reached. Check your connection; this page tries again by itself.').waitFor();
    await page.unroute('**/session');
    await heading(page, 'Sign in to Example Platform').waitFor();
    await page.route('**/session', (route) => route.abort());
    const input = page.getByLabel('Token', { exact: true });
    await input.fill(adasToken);
    await input.press('Enter');
    await page.getByText(/^Graceline did not answer, so it is not known whether this was done/).waitFor();
    await page.unroute('**/session');
    let away = true;
    await page.route('**/graphql', (route) =>
      away && route.request().postData()?.includes('query Board') ? route.abort() : route.continue(),
    );
    await input.press('Enter');
    await page.getByText(/this page tries again by itself/).waitFor();
    away = false;
    await page.getByRole('main').getByText('Nothing is open, over 1 account.').waitFor();
    await expect.poll(() => page.getByText(/this page tries again by itself/).count()).toBe(0);
  });

  test('says that the connection is lost, and goes on by itself', async () => {
    const { page } = await openPage(url);
    await page.goto('/');
    await signIn(page, adasToken);
    await heading(page, 'Board').waitFor();
    await page.context().setOffline(true);
    await page.getByText(/^Connection lost/).waitFor();
    await page.context().setOffline(false);
    await page.getByText(/^Connection lost/).waitFor({ state: 'detached' });
    expect(await heading(page, 'Board').isVisible()).toBe(true);
  });
});
