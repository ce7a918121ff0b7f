/** A disk that is full: what cannot be written is refused with a code, nothing that was written is lost, and all goes on once there is room. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { atEndOfFile } from '../support/end-of-file.ts';
import { PostgresServer } from '../support/postgres-server.ts';
import type { Campaign, Fault } from './fault.ts';
import type { FaultWorld } from './world/fault-world.ts';
import { FULL, harmRollouts, LANES, OF_EACH, startHarmedWorld } from './world/harm.ts';
import type { Population } from './world/population.ts';

const run = promisify(execFile);

const DISK_MB = 400;
/** Few of these are kept, so that the disk is full as soon as it is filled. */
const SETTINGS = ['max_wal_size=48MB', 'min_wal_size=32MB', 'checkpoint_timeout=30s'];
const BLOCK = Buffer.alloc(1024 * 1024);
/** How long it stays full. */
const FULL_MS = { least: 1_000, most: 5_000 };
const PAUSE_MS = 2_000;

/** As many times as asked for, over rollout after rollout. Needs root, to mount a disk of its own. */
export const disk: Fault = {
  name: 'disk',
  describe: 'the disk of PostgreSQL full for seconds at a time (as root, which mounts a small one): writes fail, nothing is lost',
  steps: 'times full',
  usual: 10,
  run: (campaign) => runDisk(campaign, { ...FULL, accounts: 20_000 }, 5),
};

/** Whether a small disk can be mounted here. */
export function canMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

/** See {@link disk}. */
export async function runDisk(campaign: Campaign, population: Population, stepsPerRollout: number): Promise<void> {
  if (!canMount()) {
    campaign.log('Not done: only root may mount a small disk.');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'graceline-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'graceline-faults', folder]);
  atEndOfFile(async () => {
    await run('umount', [folder]);
    await rm(folder, { recursive: true });
  });
  const postgres = () => PostgresServer.start(SETTINGS, join(folder, 'server'));
  await harmRollouts(campaign, await startHarmedWorld(campaign, population, { postgres }), {
    stepsPerRollout,
    strike: (world, random, ofThis) => strike(world, random, ofThis, join(folder, 'ballast')),
    allowedTwice: (tallies) => (tallies['times full'] ?? 0) * OF_EACH * LANES,
  });
}

async function strike({ postgres }: FaultWorld, random: () => number, campaign: Campaign, ballast: string): Promise<void> {
  await fill(ballast);
  await sleep(FULL_MS.least + (FULL_MS.most - FULL_MS.least) * random());
  await rm(ballast);
  campaign.tally('times full');
  // Where it could not even write its log it gave up; whoever runs it makes room and starts it.
  if (!postgres.isRunning) campaign.tally('times PostgreSQL gave up and was started again');
  await postgres.restart();
  await sleep(PAUSE_MS);
}

/** Writes until nothing more fits. */
async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (;;) await handle.write(BLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await handle.close();
  }
}
