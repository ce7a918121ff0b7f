/** What an operator does in the dashboard, in a real browser on the real service: publish, watch, steer, and mend. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, expect, test, vi } from 'vitest';
import {
  AnnounceMigrationDocument,
  CreateAccountDocument,
  CreateAdministratorDocument,
  CreateMigrationDocument,
  CreateTokenDocument,
  MailsDocument,
  OptInDocument,
} from '../../schema/generated/operations.ts';
import { addDays, dayIn, hourOfDay } from '../../src/time-zone.ts';
import { axeViolations, describeInBrowser, openSignedIn } from '../support/chromium.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { until } from '../support/processes.ts';
import { OLGA, OTTO } from '../support/service.ts';
import { createWorld, PLATFORM_TIME_ZONE, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: LONG_TEST_LIMIT_MS });

const ACCOUNTS = [
  ['acme', 'Acme Books'],
  ['birch', 'Birch Bank'],
  ['cobalt', 'Cobalt <b>Games</b>'],
] as const;
const ADA = 'ada@acme.example';
/** Into the morning in which reminders are sent. */
const MORNING_MINUTES = 20;

describeInBrowser('the dashboard of an operator', () => {
  let world: World;
  let url: string;
  let olga: GraphqlClient;
  let ada: GraphqlClient;
  const tokens: Record<string, string> = {};
  let today: string;
  let sequence = 0;

  beforeAll(async () => {
    world = await createWorld(new Date().toISOString());
    today = dayIn(world.now(), PLATFORM_TIME_ZONE);
    const [api, worker] = [await world.startApi(), await world.startWorker()];
    await Promise.all([api.ready(), worker.ready()]);
    ({ url } = api);
    for (const subject of [OLGA, OTTO]) tokens[subject] = await world.createToken({ name: subject, role: 'OPERATOR', subject });
    olga = graphqlClient(url, tokens[OLGA]);
    for (const [id, name] of ACCOUNTS) {
      await olga.request(CreateAccountDocument, { input: { id, name, platform: 'CLOUD', createdAt: '2020-01-01T00:00:00Z' } });
    }
    const { createAdministrator } = await olga.request(CreateAdministratorDocument, {
      input: { email: ADA, name: 'Ada', accounts: ['acme', 'birch'], timeZone: PLATFORM_TIME_ZONE },
    });
    const { createToken } = await olga.request(CreateTokenDocument, {
      input: { name: 'ada', role: 'ADMINISTRATOR', subject: ADA, administratorId: createAdministrator.id },
    });
    ada = graphqlClient(url, createToken.token);
  });

  /** Opens a page as an operator. */
  const visit = (path: string, subject = OLGA, options: BrowserContextOptions = {}) => openSignedIn(url, tokens[subject]!, path, options);

  /** Announces a migration in its grace period, by the API. */
  async function announce(): Promise<{ key: string; title: string }> {
    const [key, title] = [`change-${++sequence}`, `Change ${sequence} of tokens`];
    const gracePeriodStart = dayIn(world.now(), PLATFORM_TIME_ZONE);
    await olga.request(CreateMigrationDocument, {
      input: { key, title, severity: 'HIGH', gracePeriodStart, mandatoryOptIn: addDays(today, 30) },
    });
    await olga.request(AnnounceMigrationDocument, { key });
    await world.settle();
    return { key, title };
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
  /** The number under a name, as it stands. */
  const numberOf = (page: Page, name: string) => page.locator('dl > div').filter({ hasText: name }).locator('strong').first();
  const optIn = (account: string, migration: string) => ada.request(OptInDocument, { account, migration });

  test('writes a migration, loses nothing on the way, announces it, and sees an account opt in', async () => {
    const { page, faults } = await visit('/');
    await page.getByText('There is no migration yet.').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('link', { name: 'New migration' }).click();
    await heading(page, 'New migration').waitFor();

    await page.getByRole('button', { name: 'Create draft' }).click();
    await page.locator('[aria-invalid="true"]:focus').and(page.getByLabel('Title')).waitFor();
    await page.getByLabel('Title').fill('Tokens are signed anew');
    await page.getByLabel('Severity').selectOption({ label: 'High – 30 days of grace' });
    await page.getByLabel('Description').fill('Read **this**.\n\n# Too large');
    await page.getByText(/^Line 3: /).waitFor();
    await page.getByLabel('Start of the grace period', { exact: true }).selectOption({ label: 'A day' });
    await page.getByLabel('Start of the grace period: a day').fill(today);
    await page.getByRole('heading', { name: /mails to whoever still has something to do/ }).waitFor();
    const preview = page.getByRole('complementary', { name: 'What it comes to' });
    await preview.getByRole('heading', { name: 'Tokens are signed anew' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);

    await page.reload();
    await page.getByText(/^Here is what you had typed before/).waitFor();
    expect(await page.getByLabel('Title').inputValue()).toBe('Tokens are signed anew');
    await page.getByLabel('Description').fill('Read **this**.\n\n<script>alert(1)</script>');
    await page.getByText(/^Line 3: /).waitFor();
    await page.getByRole('button', { name: 'Create draft' }).click();
    await page.locator('[aria-invalid="true"]:focus').waitFor();
    await page.getByLabel('Description').fill('Read **this**.');
    await preview.getByText('this', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Create draft' }).click();
    await heading(page, 'Tokens are signed anew').waitFor();
    await page.getByText('It is a draft.').waitFor();
    expect(await axeViolations(page)).toEqual([]);

    await page.getByRole('button', { name: 'Announce …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/promises to 3 accounts/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Announce' }).click();
    await page.getByText('Grace period', { exact: true }).first().waitFor();
    await expect.poll(() => numberOf(page, 'To go').innerText()).toBe('3');

    const row = page.getByRole('row').filter({ hasText: 'Acme Books' });
    await row.getByText('Open').waitFor();
    await page.getByRole('button', { name: 'The numbers as a table' }).click();
    await optIn('acme', 'tokens-are-signed-anew');
    await expect.poll(() => numberOf(page, 'To go').innerText()).toBe('2');
    await expect.poll(() => numberOf(page, 'Opted in').innerText()).toBe('1');
    // The table shows what the chart draws: its first line is now.
    const now = page.getByRole('region', { name: 'Accounts over time' }).getByRole('row').nth(1).getByRole('cell');
    await expect.poll(() => now.allInnerTexts()).toEqual(['2', '1', '0']);
    await row.getByText('Opted in').waitFor();
    await expect.poll(() => page.locator('.uplot canvas').count()).toBe(1);
    expect(await axeViolations(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('finds the accounts that are left, by a link that shows the same to others, and exports them', async () => {
    const { key } = await announce();
    await optIn('acme', key);
    const { page, faults } = await visit(`/rollouts/${key}?accounts=DONE`);
    const table = page.getByRole('table', { name: 'Accounts of this migration' });
    await table.getByText('Acme Books').waitFor();
    expect(await table.getByRole('row').count()).toBe(2);
    await page.getByRole('radio', { name: 'Still off' }).check();
    await table.getByText('Birch Bank').waitFor();
    await page.getByLabel('Search among them').fill('games');
    await expect.poll(() => table.getByRole('row').count()).toBe(2);
    await table.getByText('Cobalt <b>Games</b>').waitFor();
    expect(new URL(page.url()).search).toBe('?search=games');
    const href = await page.getByRole('link', { name: 'CSV' }).getAttribute('href');
    const file = await page.evaluate<string>(`fetch(${JSON.stringify(href)}).then((response) => response.text())`);
    expect(
      file
        .trim()
        .split('\r\n')
        .map((line) => line.split(',')[0]),
    ).toEqual(['account', 'cobalt']);
    await page.getByLabel('Search among them').fill('nobody');
    await page.getByText('None of these matches “nobody”.').waitFor();
    expect(faults).toEqual([]);
  });

  test('asks a second operator where a promise is shortened, who approves it', async () => {
    const { key } = await announce();
    const [olgas, ottos] = [await visit(`/rollouts/${key}`), await visit(`/rollouts/${key}`, OTTO)];
    await olgas.page.getByRole('button', { name: 'Reschedule …' }).click();
    const dialog = olgas.page.getByRole('dialog');
    await dialog.getByLabel('Mandatory opt-in: a day').fill(addDays(today, 20));
    await dialog.getByText('A second operator has to approve this.').waitFor();
    await dialog.getByText(/^1 administrator is mailed about the new dates/).waitFor();
    expect(await axeViolations(olgas.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Ask for approval' }).click();
    await expect.poll(() => dialog.getByLabel('Reason').getAttribute('aria-invalid')).toBe('true');
    await dialog.getByLabel('Reason').fill('The old keys leaked');
    await dialog.getByRole('button', { name: 'Ask for approval' }).click();
    await dialog.waitFor({ state: 'detached' });

    const pending = (page: Page) => page.getByRole('region', { name: 'New dates that await approval' });
    await pending(olgas.page).getByRole('button', { name: 'Take back' }).waitFor();
    expect(await pending(olgas.page).getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await pending(ottos.page)
      .getByText(/“The old keys leaked”/)
      .waitFor();
    expect(await axeViolations(ottos.page)).toEqual([]);
    await pending(ottos.page).getByRole('button', { name: 'Approve' }).click();
    await olgas.page.getByText(`approved by ${OTTO}`).waitFor();
    await pending(olgas.page).waitFor({ state: 'detached' });
    expect([...olgas.faults, ...ottos.faults]).toEqual([]);
  });

  test('gives one account more time, with a reason and an end', async () => {
    const { key, title } = await announce();
    const { page, faults } = await visit('/accounts');
    await page.getByLabel('Search').fill('bir');
    await page.getByRole('link', { name: 'Birch Bank' }).click();
    await heading(page, 'Birch Bank').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: `Extend deadline … of ${title}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Extend the deadline' }).click();
    await dialog.getByText('Say until when.').waitFor();
    await dialog.getByLabel('New deadline').fill(`${addDays(today, 60)}T12:00`);
    await dialog.getByRole('button', { name: 'Extend the deadline' }).click();
    await expect.poll(() => dialog.getByLabel('Reason').getAttribute('aria-invalid')).toBe('true');
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByLabel('Reason').fill('They move in spring');
    await dialog.getByRole('button', { name: 'Extend the deadline' }).click();
    const row = page.getByRole('listitem').filter({ hasText: title });
    await row.getByText('Extended', { exact: true }).waitFor();
    await row.getByText(/“They move in spring”/).waitFor();
    await page.goto(`/rollouts/${key}?accounts=EXTENDED`);
    await page.getByRole('table', { name: 'Accounts of this migration' }).getByText('Birch Bank').waitFor();
    expect(faults).toEqual([]);
  });

  test('narrows the log by its address, is told of what is new, and exports it', async () => {
    const { key } = await announce();
    const { page, faults } = await visit(`/log?migration=${key}`);
    await page.getByRole('strong').getByText('Migration announced').waitFor();
    await page.getByRole('button', { name: 'Details of Migration created' }).click();
    await page.getByText('MIGRATION_CREATED').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await optIn('acme', key);
    await page.getByRole('button', { name: '1 new event – show' }).click();
    await page
      .getByRole('listitem')
      .filter({ hasText: 'Opted in · Acme Books' })
      .filter({ hasText: `by ${ADA}` })
      .waitFor();
    await page.getByLabel('What').selectOption({ label: 'Opted in' });
    await expect.poll(() => page.getByRole('button', { name: /^Details of/ }).count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('type')).toBe('OPTED_IN');
    const href = await page.getByRole('link', { name: 'Export as NDJSON' }).getAttribute('href');
    const file = await page.evaluate<string>(`fetch(${JSON.stringify(href)}).then((response) => response.text())`);
    expect(
      file
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type),
    ).toEqual(['OPTED_IN']);
    expect(faults).toEqual([]);
  });

  test('sees a mail that was given up, with what was answered, and tries it again', async () => {
    world.smtp.answer(ADA, { kind: 'refuse', code: 550, message: 'no <b>such</b> mailbox' });
    await announce();
    const morning = hourOfDay(addDays(today, 1), 9, PLATFORM_TIME_ZONE).getTime() + MORNING_MINUTES * 60_000;
    await world.workTo(new Date(morning));
    const { page, faults } = await visit('/mail');
    const queue = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Reminders: given up' }) });
    await queue.getByText(/no <b>such<\/b> mailbox/).waitFor();
    await page.getByRole('row').filter({ hasText: 'Deliver mail' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    world.smtp.answer(ADA, { kind: 'accept' });
    await page.getByRole('button', { name: `Try again with the reminder to ${ADA}` }).click();
    await queue.getByText(/no <b>such<\/b> mailbox/).waitFor({ state: 'detached' });
    await until(
      async () => (await olga.request(MailsDocument, { status: 'SENT' })).mails.edges.length === 1,
      () => `The mail was not sent:\n${world.output}`,
    );
    expect(world.smtp.mailsTo(ADA)).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  test('restores of an unsaved edit only what was typed, and saves nothing that somebody else wrote meanwhile', async () => {
    const { key } = await announce();
    const { page } = await visit(`/rollouts/${key}/edit`);
    await page.getByLabel('Title').fill('Typed by Olga');
    const kept = () => page.evaluate<boolean>(`Object.values(localStorage).some((text) => text.includes('Typed by Olga'))`);
    await expect.poll(kept).toBe(true);
    await olga.request('mutation ($key: ID!) { editMigration(key: $key, input: { description: "Written meanwhile." }) { key } }', { key });
    await page.reload();
    await page.getByText(/^Here is what you had typed before/).waitFor();
    expect(await page.getByLabel('Title').inputValue()).toBe('Typed by Olga');
    await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('Written meanwhile.');
    await page.getByRole('button', { name: 'Save' }).click();
    await heading(page, 'Typed by Olga').waitFor();
    await page.getByText('Written meanwhile.').waitFor();
  });

  test('says what is wrong with a year that no calendar has', async () => {
    const { key, title } = await announce();
    const { page, faults } = await visit(`/accounts/acme#${key}`);
    await page.getByRole('button', { name: `Extend deadline … of ${title}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New deadline').fill('12026-05-01T10:00');
    await dialog.getByLabel('Reason').fill('why');
    await dialog.getByRole('button', { name: 'Extend the deadline' }).click();
    await dialog.getByText('Write the year with four digits.').waitFor();
    expect(faults).toEqual([]);
  });

  test('goes on where the network was away, and shows what happened meanwhile', async () => {
    const { key } = await announce();
    const { page } = await visit(`/rollouts/${key}`);
    const row = page.getByRole('row').filter({ hasText: 'Acme Books' });
    await row.getByText('Open').waitFor();
    await page.context().setOffline(true);
    await page.getByText(/^Connection lost/).waitFor();
    await optIn('acme', key);
    await optIn('birch', key);
    expect(await numberOf(page, 'To go').innerText()).toBe('3');
    await page.context().setOffline(false);
    await expect.poll(() => numberOf(page, 'To go').innerText()).toBe('1');
    await row.getByText('Opted in').waitFor();
    await page.getByText(/^Connection lost/).waitFor({ state: 'detached' });
  });

  test('shows as text what was written to be more, and says where an address leads nowhere', async () => {
    const title = `<img src=x onerror=alert(1)> ${'w'.repeat(120)} \u{202e}evil`;
    const description = `<script>alert(1)</script>\n\n[a](javascript:alert(1)) ![b](https://evil.example/x.png)\n\n| a |\n|:-:|\n| ${'x'.repeat(500)} |`;
    await expect(
      olga.request(CreateMigrationDocument, { input: { key: 'hostile', title, description, severity: 'LOW' } }),
    ).rejects.toMatchObject({ code: 'INVALID_MARKDOWN' });
    const allowed = description.replace('<script>alert(1)</script>', '<b>bold</b>').replace('javascript:alert(1)', 'https://x.example');
    await olga.request(CreateMigrationDocument, { input: { key: 'hostile', title, description: allowed, severity: 'LOW' } });
    const { page, faults } = await visit('/rollouts/hostile');
    await heading(page, title).waitFor();
    await page.getByText('<b>bold</b>').waitFor();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByRole('complementary').getByText('<b>bold</b>').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth')).toBe(false);
    await page.goto('/rollouts/nowhere');
    await page
      .getByRole('alert')
      .getByText(/^There is no migration "nowhere"/)
      .waitFor();
    await page.goto('/accounts/nobody');
    await page
      .getByRole('alert')
      .getByText(/^There is no account "nobody"/)
      .waitFor();
    expect(faults).toEqual([]);
  });

  test('takes no wide screen and no light to be read', async () => {
    const { key } = await announce();
    const { page, faults } = await visit('/', OLGA, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    for (const [path, title] of [
      ['/', 'Migrations'],
      ['/new-migration', 'New migration'],
      [`/rollouts/${key}`, /^Change \d+ of tokens$/],
      [`/rollouts/${key}/edit`, /^Edit Change/],
      ['/accounts', 'Accounts'],
      ['/accounts/acme', 'Acme Books'],
      ['/mail', 'Mail and workers'],
      ['/log', 'Event log'],
    ] as const) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await page.getByText('Loading', { exact: true }).first().waitFor({ state: 'detached' });
      expect({ path, violations: await axeViolations(page) }).toEqual({ path, violations: [] });
      const isTooWide = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
      expect({ path, isTooWide }).toEqual({ path, isTooWide: false });
    }
    expect(faults).toEqual([]);
  });
});
