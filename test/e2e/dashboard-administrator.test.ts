/** What an administrator does in the dashboard, in a real browser on the real service: decide, be told, set up their mail. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test, vi } from 'vitest';
import {
  AnnounceMigrationDocument,
  CreateAccountDocument,
  CreateAdministratorDocument,
  CreateMigrationDocument,
  OptInDocument,
} from '../../schema/generated/operations.ts';
import { addDays, dayIn } from '../../src/time-zone.ts';
import { axeViolations, describeInBrowser, openSignedIn } from '../support/chromium.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { call } from '../support/platform.ts';
import { createWorld, PLATFORM_TIME_ZONE, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: LONG_TEST_LIMIT_MS });

const ACCOUNTS = [
  ['acme', 'Acme Books'],
  ['birch', 'Birch Bank'],
] as const;
/** For the credentials of providers. */
const ENCRYPTION_KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`;
/** Everything an account or its administrator can write, at its worst. */
const HOSTILE = `<style>p { color: red }</style><base href="https://evil.example/"><p style="font-weight:bold" onclick="alert(1)">Dear {{ user.name }}</p>
<img src="x" onerror="alert(1)"><script>alert(1)</script><iframe src="https://evil.example"></iframe><svg onload="alert(1)"></svg>`;
/** Colour and weight of the first paragraph in the first frame. */
const LOOKS = `(() => {
  const { color, fontWeight } = getComputedStyle(document.querySelector('iframe').contentDocument.querySelector('p'));
  return [color, fontWeight];
})()`;

describeInBrowser('the dashboard of an administrator', () => {
  let world: World;
  let url: string;
  let token: string;
  let olga: GraphqlClient;
  let sequence = 0;
  /** Makes Ada an administrator of Birch Bank, or takes that from her. */
  let administerBirch: (what: 'grant' | 'revoke') => Promise<unknown>;

  beforeAll(async () => {
    world = await createWorld(new Date().toISOString(), { ENCRYPTION_KEYS });
    const [api, worker] = [await world.startApi(), await world.startWorker()];
    await Promise.all([api.ready(), worker.ready()]);
    ({ url } = api);
    olga = graphqlClient(url, await world.createToken({ name: 'o', role: 'OPERATOR', subject: 'olga@platform.example' }));
    for (const [id, name] of ACCOUNTS) {
      await olga.request(CreateAccountDocument, { input: { id, name, platform: 'CLOUD', createdAt: '2020-01-01T00:00:00Z' } });
    }
    const { createAdministrator } = await olga.request(CreateAdministratorDocument, {
      input: { email: 'ada@acme.example', name: 'Ada', accounts: ACCOUNTS.map(([id]) => id), timeZone: 'America/New_York' },
    });
    token = await world.createToken({
      name: 'a',
      role: 'ADMINISTRATOR',
      subject: 'ada@acme.example',
      administratorId: createAdministrator.id,
    });
    administerBirch = (what) =>
      olga.request(`mutation ($id: ID!) { ${what}Administration(administrator: $id, account: "birch") { id } }`, {
        id: createAdministrator.id,
      });
  });

  /** Opens a page as Ada. */
  const visit = (path: string) => openSignedIn(url, token, path);

  /** Announces a migration in its grace period. @returns its title */
  async function announce(reversible = true): Promise<string> {
    const title = `Change ${++sequence} of tokens`;
    const today = dayIn(world.now(), PLATFORM_TIME_ZONE);
    const { createMigration } = await olga.request(CreateMigrationDocument, {
      input: { title, severity: 'HIGH', reversible, gracePeriodStart: today, mandatoryOptIn: addDays(today, 10) },
    });
    await olga.request(AnnounceMigrationDocument, { key: createMigration.key });
    await world.settle();
    return title;
  }

  const card = (page: Page, title: string) => page.getByRole('article', { name: title });

  test('opts in by the keyboard alone, told that it can be undone, and takes it back', async () => {
    const title = await announce();
    const { page, faults } = await visit('/');
    await card(page, title).getByText('On for 0 of 2 accounts').waitFor();
    await card(page, title)
      .getByText(/^Mandatory in \d+ days$/)
      .waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await card(page, title).getByRole('link', { name: 'Acme Books' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Acme Books' }).waitFor();
    await page.getByRole('button', { name: `Opt in to ${title} …` }).press('Enter');
    const dialog = page.getByRole('dialog', { name: `Opt in to “${title}”?` });
    await dialog.getByText(/^You can opt out again until/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Opt in' }).press('Enter');
    await card(page, title).getByText('It is on, because somebody opted in.').waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: `Opted in · ${title}` })
      .filter({ hasText: 'by ada@acme.example' })
      .waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: `Opt out of ${title}` }).press('Enter');
    await card(page, title).getByText('Opted out', { exact: true }).waitFor();
    expect(faults).toEqual([]);
  });

  test('names what blocks, and opts in only once that is acknowledged', async () => {
    // The key by which the platform's gate of password resets knows its migration.
    await olga.request(CreateMigrationDocument, {
      input: {
        key: 'password-reset-link',
        title: 'Safer resets',
        severity: 'LOW',
        gracePeriodStart: dayIn(world.now(), PLATFORM_TIME_ZONE),
      },
    });
    await olga.request(AnnounceMigrationDocument, { key: 'password-reset-link' });
    await world.settle();
    await olga.request('mutation { createApplication(account: "birch", clientId: "birch-web", name: "Shop") { id } }');
    const json = { client_id: 'birch-web', email: 'sam@birch.example', connection: 'users', password: 'correct horse battery' };
    expect((await call(url, '/dbconnections/change_password', { json })).status).toBe(200);

    const { page, faults } = await visit('/accounts/birch');
    const blocker = page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'Blocks' });
    await expect
      .poll(async () => {
        await page.reload();
        await page.getByRole('button', { name: 'Opt in to Safer resets …' }).click();
        await page
          .getByRole('dialog')
          .getByText(/^You can opt out again/)
          .waitFor();
        return blocker.count();
      })
      .toBe(1);
    expect(await blocker.innerText()).toContain('birch-web');
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Opt in' });
    expect(await confirm.isDisabled()).toBe(true);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('I know that this is not done, and opt in all the same').check();
    await confirm.click();
    await card(page, 'Safer resets').getByText('It is on, because somebody opted in.').waitFor();
    expect(faults).toEqual([]);
  });

  test('opts all accounts that nothing blocks in at once, says what is not known of them, and where that cannot be undone', async () => {
    const title = await announce(false);
    const { page, faults } = await visit('/');
    await page.getByText(/none known to be safe yet/).waitFor();
    expect(await card(page, title).getByText('Uses not counted').count()).toBe(2);
    await card(page, title).getByRole('button', { name: 'Opt in 2 accounts …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^How often the old behaviour is used is not counted/).waitFor();
    await dialog.getByText('This cannot be undone.').waitFor();
    expect(await dialog.getByRole('listitem').allInnerTexts()).toEqual(['Acme Books', 'Birch Bank']);
    await dialog.getByRole('button', { name: 'Opt in 2 accounts' }).click();
    await page.getByText(`2 accounts opted in to “${title}”.`).waitFor();
    await card(page, title).getByText('It is on for all of your accounts.').waitFor();
    expect(faults).toEqual([]);
  });

  test('keeps the refusals of a bulk opt-in in sight until they are read', async () => {
    const title = await announce();
    const { page } = await visit('/');
    await card(page, title).getByRole('button', { name: 'Opt in 2 accounts …' }).click();
    // Of one of them she is no administrator any more by the time she confirms.
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('OptInReadyAccounts') === true) await administerBirch('revoke');
      await route.continue();
    });
    const dialog = page.getByRole('dialog').filter({ has: page.getByRole('heading') });
    await dialog.getByRole('button', { name: 'Opt in 2 accounts' }).click();
    await page.locator('article').filter({ hasText: title }).getByText('On for 1 of 1 account').waitFor();
    await dialog.getByText(/^1 account was refused\. birch: /).waitFor();
    expect(await dialog.getByRole('listitem').allInnerTexts()).toEqual(['Birch Bank']);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await administerBirch('grant');
  });

  test('shows what happened while the network was away, without a reload and without missing anything', async () => {
    const [first, second] = [await announce(), await announce()];
    const { page } = await visit('/');
    await card(page, first).getByText('On for 0 of 2 accounts').waitFor();
    await page.context().setOffline(true);
    await page.getByText(/^Connection lost/).waitFor();
    const ada = graphqlClient(url, token);
    await ada.request(OptInDocument, { account: 'acme', migration: keyOf(first) });
    await ada.request(OptInDocument, { account: 'birch', migration: keyOf(second) });
    const third = await announce();
    expect(await card(page, first).getByText('On for 0 of 2 accounts').isVisible()).toBe(true);
    await page.context().setOffline(false);
    await card(page, first).getByText('On for 1 of 2 accounts').waitFor();
    await card(page, second).getByText('On for 1 of 2 accounts').waitFor();
    await card(page, third).waitFor();
    await page.getByText(/^Connection lost/).waitFor({ state: 'detached' });
  });

  test('counts notices as they arrive, and fewer as they are dismissed', async () => {
    const { page, faults } = await visit('/notices');
    await page.getByRole('heading', { level: 1, name: 'Notices' }).waitFor();
    const entry = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Notices/ });
    const title = await announce();
    const row = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: title }) });
    await row.getByText('It awaits 2 accounts of yours.').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const unread = await page.getByRole('button', { name: /^Dismiss the notice about/ }).count();
    await entry.filter({ hasText: `Notices${unread} unread` }).waitFor();
    await row.getByRole('button', { name: `Dismiss the notice about ${title}` }).click();
    await row.getByText('dismissed').waitFor();
    await page
      .getByRole('navigation')
      .getByText(unread === 1 ? /^Notices$/ : new RegExp(`^${unread - 1} unread`))
      .waitFor();
    expect(faults).toEqual([]);
  });

  test('shows a hostile mail as the account wrote it, with its looks and without its powers', async () => {
    const { page, faults } = await visit('/accounts/acme/email');
    await page.getByLabel('Provider').selectOption({ label: 'SendGrid' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/"apiKey" is needed/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('API key').fill('SG.abcdefghijklmnopqrstuvwxyz');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByPlaceholder('Stored, ends in wxyz. Type to replace it').waitFor();
    expect(await page.getByLabel('API key').inputValue()).toBe('');
    await page.getByRole('link', { name: 'Welcome' }).click();
    await page.getByLabel('Body').fill(HOSTILE);
    await page.frameLocator('iframe[title="Today: body of the mail"]').getByText('Dear Ada Example').waitFor();
    await expect.poll(() => page.evaluate(LOOKS)).toEqual(['rgb(255, 0, 0)', '700']);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('Body').fill('{% if %}');
    await page.getByRole('button', { name: 'Save' }).click();
    await page
      .getByText(/^The body is wrong at line 1/)
      .first()
      .waitFor();
    // Nothing of the mail was run or loaded, and nothing of it was even refused with a report.
    expect(faults).toEqual([]);
  });

  test('loses no word that is written while a mail is saved, and asks before it throws any away', async () => {
    const { page, faults } = await visit('/accounts/birch/email/welcome');
    const body = page.getByLabel('Body');
    await body.fill('<p>First</p>');
    // What is typed until the saved mail is read again.
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query AccountEmail') === true) await body.fill('<p>Second</p>');
      await route.continue();
    });
    await page.getByRole('button', { name: 'Save' }).click();
    const reset = page.getByRole('button', { name: 'Take the platform’s words …' });
    await reset.waitFor();
    expect(await body.inputValue()).toBe('<p>Second</p>');
    await page.unroute('**/graphql');
    await reset.click();
    const dialog = page.getByRole('dialog').filter({ has: page.getByRole('heading') });
    await dialog.getByText(/^What is written here is deleted/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await body.inputValue()).toBe('<p>Second</p>');
    await reset.click();
    await dialog.getByRole('button', { name: 'Take the platform’s words' }).click();
    await dialog.waitFor({ state: 'detached' });
    await reset.waitFor({ state: 'detached' });
    expect(await body.inputValue()).not.toContain('Second');
    expect(faults).toEqual([]);
  });

  test('gives a calendar an address, once', async () => {
    const { page, faults } = await visit('/settings');
    await page.getByRole('button', { name: 'Make an address' }).click();
    const address = await page.getByLabel('Address for your calendar').inputValue();
    expect((await fetch(address)).headers.get('content-type')).toMatch(/^text\/calendar/);
    expect(await axeViolations(page)).toEqual([]);
    await page.reload();
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByText('There is no address yet.').waitFor();
    expect((await fetch(address)).status).toBe(404);
    expect(faults).toEqual([]);
  });
});

function keyOf(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-');
}
