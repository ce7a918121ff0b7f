/** Every page that people see, and the dialogs in which they decide. */
import type { Page } from 'playwright-core';
import type { DashboardWorld } from './worlds.ts';

/** Who looks; null for whoever is not signed in. */
export type Viewer = 'operator' | 'administrator' | null;

/** A page as it is looked at. */
export interface View {
  /** Also the name of its file. */
  readonly name: string;
  readonly viewer: Viewer;
  /** Its address; null where this world has nothing of the kind. */
  readonly path: (world: DashboardWorld) => string | null | Promise<string | null>;
  /** What is done on it before it is looked at. */
  readonly act?: (page: Page) => Promise<void>;
  /** Not all of the page but what is in sight, e.g. of a dialog. */
  readonly inSight?: boolean;
}

const LINK_WITHIN_MS = 20_000;

const own =
  (rest: string): View['path'] =>
  ({ account }) =>
    account && `/accounts/${account}${rest}`;
const rollout =
  (rest = ''): View['path'] =>
  ({ migration }) =>
    migration && `/rollouts/${migration}${rest}`;
const at =
  (path: string): View['path'] =>
  () =>
    path;

/** In the order of the contact sheets. */
export const VIEWS: readonly View[] = [
  { name: 'sign-in', viewer: null, path: at('/') },
  { name: 'public-page', viewer: null, path: at('/migrations') },
  { name: 'mailbox', viewer: null, path: at('/mailbox') },
  { name: 'mailbox-mail', viewer: null, path: newestMail },
  { name: 'password-reset', viewer: null, path: resetLink },
  { name: 'password-reset-spent', viewer: null, path: at('/password-reset?ticket=spent') },
  { name: 'board', viewer: 'administrator', path: at('/') },
  { name: 'accounts', viewer: 'administrator', path: at('/accounts') },
  { name: 'account', viewer: 'administrator', path: own('') },
  { name: 'opt-in', viewer: 'administrator', path: own(''), act: askToOptIn, inSight: true },
  { name: 'email', viewer: 'administrator', path: own('/email') },
  { name: 'template', viewer: 'administrator', path: own('/email/welcome') },
  { name: 'notices', viewer: 'administrator', path: at('/notices') },
  { name: 'settings', viewer: 'administrator', path: at('/settings') },
  { name: 'not-found', viewer: 'administrator', path: at('/no/such/page') },
  { name: 'user-menu', viewer: 'administrator', path: at('/'), act: openUserMenu, inSight: true },
  { name: 'migrations', viewer: 'operator', path: at('/') },
  { name: 'new-migration', viewer: 'operator', path: at('/new-migration'), act: typeMigration },
  { name: 'migration', viewer: 'operator', path: rollout() },
  { name: 'reschedule', viewer: 'operator', path: rollout(), act: typeNewDates, inSight: true },
  { name: 'edit-migration', viewer: 'operator', path: rollout('/edit') },
  { name: 'operator-accounts', viewer: 'operator', path: at('/accounts') },
  { name: 'operator-account', viewer: 'operator', path: own('') },
  { name: 'mail-and-workers', viewer: 'operator', path: at('/mail') },
  { name: 'event-log', viewer: 'operator', path: at('/log') },
];

async function newestMail({ service }: DashboardWorld): Promise<string | null> {
  const [newest] = (await service.house.mailbox.list()).mails;
  return newest ? `/mailbox/${newest.name}` : null;
}

/** The worker writes the mail with the link in its own time. */
async function resetLink({ service, user }: DashboardWorld): Promise<string | null> {
  if (!user) return null;
  const giveUpAt = performance.now() + LINK_WITHIN_MS;
  while (performance.now() < giveUpAt) {
    const { mails } = await service.house.mailbox.list();
    for (const { name } of mails) {
      const { text } = await service.house.mailbox.mail(name);
      const link = /\/password-reset\?ticket=[\w-]+/.exec(text ?? '');
      if (link) return link[0];
    }
  }
  throw new Error('There is no mail with a link for a new password.');
}

async function typeNewDates(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Reschedule/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Mandatory opt-in: a day').fill(dayAhead(9));
  // Its consequences, or that other dates wait already.
  await dialog.getByText(/mailed about the new dates|waits for approval/).waitFor();
}

async function askToOptIn(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: /^Opt in to/ }).first();
  await button.waitFor();
  await button.click();
  await page.getByRole('dialog').waitFor();
}

async function openUserMenu(page: Page): Promise<void> {
  await page.getByRole('button', { name: /@/ }).first().click();
  await page.getByRole('menu').waitFor();
}

async function typeMigration(page: Page): Promise<void> {
  await page.getByLabel('Title').fill('Tokens are signed with a new key');
  await page
    .getByLabel('Description')
    .fill('The old key is **retired**.\n\n- Read the new one from `/.well-known/jwks.json`.\n- Do not keep it for more than a day.');
  await page.getByLabel('Start of the grace period', { exact: true }).selectOption({ label: 'A day' });
  await page.getByLabel('Start of the grace period: a day').fill(dayAhead(7));
  await page.getByRole('heading', { name: /mails to whoever/ }).waitFor();
}

function dayAhead(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
