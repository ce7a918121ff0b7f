/** The campaigns of `npm run faults` in short: a few steps each with a fixed seed, by the same code. */
import { beforeAll, expect, test, vi } from 'vitest';
import { undoAll } from '../support/end-of-file.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { canMount, runDisk } from './disk.ts';
import { type Campaign, shortCampaign } from './fault.ts';
import { runKills } from './kills.ts';
import { runNetwork } from './network.ts';
import { runRestarts } from './restarts.ts';
import { runSmtp } from './smtp.ts';
import { type HarmedWorld, startHarmedWorld } from './world/harm.ts';

vi.setConfig({ testTimeout: LONG_TEST_LIMIT_MS, hookTimeout: LONG_TEST_LIMIT_MS });

const SEED = 7;
/** Small enough that what takes time is what is harmed. */
const SMALL = { accounts: 2_000, administrators: 20 };

let harmed: HarmedWorld;
beforeAll(async () => {
  harmed = await startHarmedWorld(shortCampaign(0, SEED), SMALL, { ways: true });
});

/** What was counted, and that there was anything to be lost. */
function talliesOf({ state }: Campaign): Readonly<Record<string, number>> {
  const { tallies } = state;
  expect(tallies['rollouts whose promises held']).toBe(1);
  for (const what of ['decisions, each with one event', 'notices, each once', 'webhooks received'])
    expect(tallies[what]).toBeGreaterThan(0);
  return tallies;
}

test('restarts of PostgreSQL end no process, and callers are told by a code', async () => {
  const campaign = shortCampaign(2, SEED);
  await runRestarts(campaign, harmed, 2, { least: 500, most: 1_000 });
  const tallies = talliesOf(campaign);
  expect(tallies).toMatchObject({ 'fast restarts': 1, 'immediate restarts': 1 });
  expect(tallies['answers while it was away: 503 DATABASE_UNREACHABLE']).toBeGreaterThan(0);
});

test('a mail server that misbehaves leaves no mail without an end', async () => {
  const campaign = shortCampaign(2, SEED);
  await runSmtp(campaign, harmed, 2, 500);
  expect(talliesOf(campaign)['mails received']).toBeGreaterThan(0);
});

test('dead networks and frozen workers lose nothing', async () => {
  const campaign = shortCampaign(3, SEED);
  await runNetwork(campaign, harmed, 3);
  const tallies = talliesOf(campaign);
  expect(tallies['mails received']).toBeGreaterThan(0);
  expect(tallies).toMatchObject({ 'worker frozen': 1, 'PostgreSQL half-open': 1, 'SMTP half-open': 1 });
});

test('kill -9 of workers, APIs and PostgreSQL loses nothing, and doubles nothing that it may not', async () => {
  const campaign = shortCampaign(6, SEED);
  await runKills(campaign, harmed, 6);
  const tallies = talliesOf(campaign);
  const kills = ['PostgreSQL', 'a worker', 'an API'].map((victim) => tallies[`kills of ${victim}`] ?? 0);
  expect(kills.reduce((sum, count) => sum + count)).toBe(6);
});

test.skipIf(!canMount())('a disk that is full loses nothing (as root, which may mount one)', async () => {
  await undoAll();
  const campaign = shortCampaign(1, SEED);
  await runDisk(campaign, SMALL, 1);
  expect(talliesOf(campaign)['times full']).toBe(1);
});
