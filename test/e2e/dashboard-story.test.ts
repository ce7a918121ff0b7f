/**
 * The main job told by clicking: an operator and an administrator in two browsers at once, before real processes and a real mail
 * server, with networks that go away in between. `story.test.ts` tells it by the API, with all its numbers.
 */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test, vi } from 'vitest';
import {
  CreateAccountDocument,
  CreateAdministratorDocument,
  GrantAdministrationDocument,
  MailsDocument,
  OptInDocument,
  OptOutDocument,
  type Platform,
} from '../../schema/generated/operations.ts';
import { addDays, dayIn, hourOfDay, startOfDay } from '../../src/time-zone.ts';
import { axeViolations, describeInBrowser, openSignedIn, type Visit } from '../support/chromium.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { expectServiceMail, inShort, toldBy } from '../support/reading.ts';
import { OLGA } from '../support/service.ts';
import { createWorld, PLATFORM_TIME_ZONE, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: LONG_TEST_LIMIT_MS });

const TITLE = 'One sender address';
const ADA = { name: 'Ada', email: 'ada@acme.example', timeZone: PLATFORM_TIME_ZONE };
const BEN = { name: 'Ben', email: 'ben@birch.example', timeZone: PLATFORM_TIME_ZONE };
/** Longer than the story, whose clock is ahead of the real one. */
const SESSIONS = { SESSION_HOURS: '720', SESSION_IDLE_MINUTES: '43200' };
/** What stands in the chart, to tell whether it was drawn anew. */
const PICTURE = `document.querySelector('.uplot canvas').toDataURL()`;
const IS_REACHABLE = `fetch('/session').then(() => true, () => false)`;
/** Into the morning in which reminders are sent, in ms. */
const MORNING_MS = 20 * 60_000;

describeInBrowser('the main job, end to end', () => {
  let world: World;
  let url: string;
  let olga: GraphqlClient;
  let ben: GraphqlClient;
  let ada: { id: string; token: string };
  let olgasToken: string;
  let today: string;

  beforeAll(async () => {
    world = await createWorld(new Date().toISOString(), SESSIONS);
    today = dayIn(world.now(), PLATFORM_TIME_ZONE);
    const [api, ...workers] = [await world.startApi(), await world.startWorker(), await world.startWorker()];
    await Promise.all([api, ...workers].map((process) => process.ready()));
    ({ url } = api);
    olgasToken = await world.createToken({ name: 'o', role: 'OPERATOR', subject: OLGA });
    olga = graphqlClient(url, olgasToken);
    for (const id of ['acme', 'birch', 'cobalt']) await createAccount(id, 'CLOUD', '2020-01-01T00:00:00Z');
    await createAccount('eiger', 'APPLIANCE', '2020-01-01T00:00:00Z');
    ada = await createAdministrator(ADA, ['acme', 'birch', 'cobalt', 'eiger']);
    ben = graphqlClient(url, (await createAdministrator(BEN, ['birch'])).token);
  });

  async function createAccount(id: string, platform: Platform, createdAt?: string): Promise<void> {
    await olga.request(CreateAccountDocument, { input: { id, name: `The ${id} company`, platform, createdAt } });
  }

  async function createAdministrator(who: typeof ADA, accounts: string[]): Promise<{ id: string; token: string }> {
    const { createAdministrator: person } = await olga.request(CreateAdministratorDocument, { input: { ...who, accounts } });
    const token = { name: who.name, role: 'ADMINISTRATOR', subject: who.email, administratorId: person.id } as const;
    return { id: person.id, token: await world.createToken(token) };
  }

  /** Somebody at their own browser, whose network can be cut. Counts how often a page was loaded since they came. */
  async function sitDown(token: string, path: string): Promise<Visit & { proxy: Proxy; loads: () => number }> {
    const proxy = await startProxy(Number(new URL(url).port));
    const visit = await openSignedIn(`http://127.0.0.1:${proxy.port}`, token, path);
    let loads = 0;
    visit.page.on('load', () => (loads += 1));
    return { ...visit, proxy, loads: () => loads };
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
  const card = (page: Page) => page.getByRole('article', { name: TITLE });
  const entry = (page: Page, name: string | RegExp) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });
  const notice = (page: Page) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name: TITLE }) });
  /** What the history of the account in sight says of the migration, newest first. */
  const history = async (page: Page) => {
    const texts = await page
      .getByRole('listitem')
      .filter({ hasText: `· ${TITLE}` })
      .getByRole('strong')
      .allInnerTexts();
    return texts.filter((text) => text !== 'Notice added');
  };

  /** The large numbers of the operator's page, as they stand. */
  async function numbers(page: Page): Promise<Record<string, string>> {
    const cells = page.locator('dl > div').filter({ has: page.getByRole('strong') });
    const [names, values] = [await cells.getByRole('term').allInnerTexts(), await cells.getByRole('strong').allInnerTexts()];
    return Object.fromEntries(names.map((name, index) => [name, values[index]!]));
  }

  test('is told by clicking, in two browsers at once, over networks that go away and come back', async () => {
    const [olgas, adas] = [await sitDown(olgasToken, '/'), await sitDown(ada.token, '/notices')];
    await adas.page.getByText('There is nothing to know.').waitFor();
    const [starts, ends, later] = [addDays(today, 1), addDays(today, 6), addDays(today, 8)];

    // Olga writes it and announces it.
    await olgas.page.getByRole('link', { name: 'New migration' }).click();
    await heading(olgas.page, 'New migration').waitFor();
    await olgas.page.getByLabel('Title').fill(TITLE);
    await olgas.page.getByLabel('Description').fill('Mail comes from **one** address.');
    await olgas.page.getByLabel('Platforms').selectOption({ label: 'Cloud only' });
    for (const [label, day] of [
      ['Start of the grace period', starts],
      ['Mandatory opt-in', ends],
    ] as const) {
      await olgas.page.getByLabel(label, { exact: true }).selectOption({ label: 'A day' });
      await olgas.page.getByLabel(`${label}: a day`).fill(day);
    }
    await olgas.page.getByRole('button', { name: 'Create draft' }).click();
    await heading(olgas.page, TITLE).waitFor();
    await olgas.page.getByText('It is a draft.').waitFor();
    await olgas.page.getByRole('button', { name: 'Announce …' }).click();
    await olgas.page
      .getByRole('dialog')
      .getByText(/promises to 3 accounts/)
      .waitFor();
    await olgas.page.getByRole('dialog').getByRole('button', { name: 'Announce' }).click();
    await olgas.page.getByText('Announced', { exact: true }).first().waitFor();
    await expect.poll(() => numbers(olgas.page)).toMatchObject({ On: '0%', 'To go': '3', 'Opted in': '0', 'New accounts': '0' });

    // Its grace period begins: Ada is told in her dashboard at once, and by mail in the morning.
    await world.workTo(startOfDay(starts, PLATFORM_TIME_ZONE));
    await notice(adas.page).getByText('It awaits 3 accounts of yours.').waitFor();
    await entry(adas.page, 'Notices 1 unread').waitFor();
    await olgas.page.getByText('Grace period', { exact: true }).first().waitFor();
    await world.workTo(new Date(hourOfDay(starts, 9, PLATFORM_TIME_ZONE).getTime() + MORNING_MS));

    // She opens it and opts in; Olga sees her numbers and her chart move.
    await notice(adas.page).getByRole('link', { name: TITLE }).click();
    await heading(adas.page, 'Board').waitFor();
    await card(adas.page).getByText('On for 0 of 3 accounts').waitFor();
    const before = await olgas.page.evaluate<string>(PICTURE);
    await card(adas.page).getByRole('link', { name: 'The acme company' }).click();
    await adas.page.getByRole('button', { name: `Opt in to ${TITLE} …` }).click();
    await adas.page
      .getByRole('dialog')
      .getByText(/^You can opt out again until/)
      .waitFor();
    await adas.page.getByRole('dialog').getByRole('button', { name: 'Opt in' }).click();
    await card(adas.page).getByText('It is on, because somebody opted in.').waitFor();
    await expect.poll(() => numbers(olgas.page)).toMatchObject({ On: '33.3%', 'To go': '2', 'Opted in': '1' });
    await expect.poll(() => olgas.page.evaluate<string>(PICTURE)).not.toBe(before);
    await olgas.page.getByRole('row').filter({ hasText: 'The acme company' }).getByText('Opted in').waitFor();

    // Olga's line breaks without her browser being told. Dune is founded meanwhile, and has it from birth.
    olgas.proxy.cut();
    await olgas.page.getByText(/^Connection lost/).waitFor();
    await createAccount('dune', 'CLOUD');
    await olga.request(GrantAdministrationDocument, { administrator: ada.id, account: 'dune' });
    // Its way to the service is gone, so it cannot know yet.
    expect(await numbers(olgas.page)).toMatchObject({ 'New accounts': '0' });
    olgas.proxy.restore();
    await expect.poll(() => numbers(olgas.page)).toMatchObject({ On: '50%', 'To go': '2', 'New accounts': '1' });
    await olgas.page.getByText(/^Connection lost/).waitFor({ state: 'detached' });

    // Ada looks at birch as her network goes away. Ben decides three times, and Olga gives everybody two days more.
    await entry(adas.page, 'Board').click();
    await card(adas.page).getByText('On for 2 of 4 accounts').waitFor();
    await card(adas.page).getByRole('link', { name: 'The birch company' }).click();
    await card(adas.page).getByText('It is off. You can opt in now.').waitFor();
    await adas.page.getByRole('listitem').getByText('Account created').waitFor();
    expect(await history(adas.page)).toEqual([]);
    adas.proxy.cut();
    await adas.page.context().setOffline(true);
    await adas.page.getByText(/^Connection lost/).waitFor();
    expect(await adas.page.evaluate<boolean>(IS_REACHABLE)).toBe(false);
    const birch = { account: 'birch', migration: 'one-sender-address' };
    await ben.request(OptInDocument, birch);
    await ben.request(OptOutDocument, birch);
    await ben.request(OptInDocument, birch);
    await olgas.page.getByRole('button', { name: 'Reschedule …' }).click();
    const dialog = olgas.page.getByRole('dialog');
    await dialog.getByLabel('Mandatory opt-in: a day').fill(later);
    await dialog.getByText('It applies at once.').waitFor();
    await dialog.getByLabel('Reason').fill('Two days more');
    await dialog.getByRole('button', { name: 'Reschedule' }).click();
    await dialog.waitFor({ state: 'detached' });
    await world.settle();
    await expect.poll(() => numbers(olgas.page)).toMatchObject({ On: '75%', 'To go': '1', 'Opted in': '2', 'New accounts': '1' });
    await card(adas.page).getByText('It is off. You can opt in now.').waitFor();
    expect(await history(adas.page)).toEqual([]);

    // It comes back, and with it all that happened, by itself.
    adas.proxy.restore();
    await adas.page.context().setOffline(false);
    await card(adas.page).getByText('It is on, because somebody opted in.').waitFor();
    await expect.poll(() => history(adas.page)).toEqual(['Opted in', 'Opted out', 'Opted in']);
    const promised = card(adas.page).locator(`time[datetime="${startOfDay(later, PLATFORM_TIME_ZONE).toISOString()}"]`);
    await promised.first().waitFor();
    await entry(adas.page, 'Notices 2 unread').click();
    await notice(adas.page).getByText('New dates').waitFor();
    await adas.page.getByText(/^Connection lost/).waitFor({ state: 'detached' });
    await entry(adas.page, 'Board').click();
    await card(adas.page).getByText('On for 3 of 4 accounts').waitFor();

    // The old deadline passes and nothing happens. The new one makes it mandatory for cobalt, which did nothing.
    await world.walkTo(new Date(startOfDay(later, PLATFORM_TIME_ZONE).getTime() - 1), [PLATFORM_TIME_ZONE]);
    await expect.poll(() => numbers(olgas.page)).toMatchObject({ On: '75%', 'To go': '1' });
    await card(adas.page).getByText('On for 3 of 4 accounts').waitFor();
    const pictureBefore = await olgas.page.evaluate<string>(PICTURE);
    await world.workTo(startOfDay(later, PLATFORM_TIME_ZONE));
    const done = { On: '100%', 'To go': '0', 'Opted in': '2', 'New accounts': '1', 'On by the deadline': '1' };
    await expect.poll(() => numbers(olgas.page)).toMatchObject(done);
    await olgas.page.getByText('Mandatory', { exact: true }).first().waitFor();
    await expect.poll(() => olgas.page.evaluate<string>(PICTURE)).not.toBe(pictureBefore);
    await entry(adas.page, 'Notices 1 unread').click();
    await notice(adas.page).getByText('It is now on for your accounts.').waitFor();
    await entry(adas.page, 'Accounts').click();
    await adas.page.getByRole('link', { name: 'The cobalt company' }).click();
    await card(adas.page).getByText('It is on: its deadline has passed.').waitFor();
    expect(await adas.page.getByRole('button', { name: /^Opt (in|out)/ }).count()).toBe(0);
    for (const { page, faults, loads } of [olgas, adas]) {
      expect({ loads: loads(), violations: await axeViolations(page), faults: unforeseen(faults) }).toEqual({
        loads: 0,
        violations: [],
        faults: [],
      });
    }
    await world.workTo(new Date(hourOfDay(later, 9, PLATFORM_TIME_ZONE).getTime() + MORNING_MS));
    await expectMails();
  });

  /** What Ada was told by mail, each once, in her mornings. */
  async function expectMails(): Promise<void> {
    const mails = world.smtp.mailsTo(ADA.email);
    for (const mail of mails) expectServiceMail(mail, ADA);
    expect(mails.map((mail) => inShort(toldBy(mail)))).toEqual([
      `ACTION NEEDED: ${TITLE} (acme, birch, cobalt)`,
      `RESCHEDULED: ${TITLE} (cobalt)`,
      `ACTION NEEDED: ${TITLE} (cobalt)`,
      `ACTION NEEDED: ${TITLE} (cobalt)`,
      `NOW ON: ${TITLE} (cobalt)`,
    ]);
    const ledger = (await olga.request(MailsDocument, { first: 100 })).mails.edges.map(({ node }) => node);
    expect(new Set(ledger.map(({ messageId }) => messageId))).toEqual(new Set(world.smtp.mails.map(({ parsed }) => parsed.messageId)));
    expect(ledger).toHaveLength(world.smtp.mails.length);
  }
});

/** All but what a browser says of a socket that a cut network ended. */
function unforeseen(faults: readonly string[]): string[] {
  return faults.filter((fault) => !fault.startsWith('WebSocket connection to'));
}
