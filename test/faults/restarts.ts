/** PostgreSQL restarted every few seconds, in order or in a hurry: processes stay, say what is wrong, and go on by themselves. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenPromise, type Campaign, type Fault } from './fault.ts';
import type { FaultWorld } from './world/fault-world.ts';
import { FULL, type HarmedWorld, harmRollouts, LANES, OF_EACH, startHarmedWorld } from './world/harm.ts';

/** From one restart to the next. */
const EVERY_MS = { least: 5_000, most: 10_000 };
/** How long the server is away, beside what it takes to come up. */
const AWAY_MS = 3_000;
/** What a caller waits for an answer at most while the database is away. */
const ANSWERED_WITHIN_MS = 15_000;
const AS_USUAL = 'as usual';
/** As usual is whoever asked before it was gone, or waited until it was back. */
const TOLD = new Set([`200 ${AS_USUAL}`, '200 DATABASE_UNREACHABLE', '503 DATABASE_UNREACHABLE']);

/** As many restarts as asked for, over rollout after rollout. */
export const restarts: Fault = {
  name: 'restarts',
  describe: 'PostgreSQL restarted every 5 to 10 s, fast and immediate in turn, under the same traffic: no process ends, callers are told',
  steps: 'restarts',
  usual: 20,
  run: async (campaign) => runRestarts(campaign, await startHarmedWorld(campaign, FULL), 10),
};

/** See {@link restarts}. @param everyMs from one to the next */
export function runRestarts(campaign: Campaign, harmed: HarmedWorld, stepsPerRollout: number, everyMs = EVERY_MS): Promise<void> {
  const starts = startsOf(harmed.world);
  return harmRollouts(campaign, harmed, {
    stepsPerRollout,
    strike: async (world, random, ofThis) => {
      await strike(harmed, random, ofThis, everyMs);
      if (startsOf(world) > starts)
        throw new BrokenPromise(
          `A restart of PostgreSQL ended a process:\n${world.processes.map(({ output }) => output.slice(-2_000)).join('\n')}`,
        );
    },
    allowedTwice: (tallies) => ((tallies['fast restarts'] ?? 0) + (tallies['immediate restarts'] ?? 0)) * OF_EACH * LANES,
  });
}

async function strike({ world, tokens }: HarmedWorld, random: () => number, campaign: Campaign, everyMs: typeof EVERY_MS): Promise<void> {
  const nextAt = performance.now() + everyMs.least + (everyMs.most - everyMs.least) * random();
  const { tallies } = campaign.state;
  const how = (tallies['fast restarts'] ?? 0) > (tallies['immediate restarts'] ?? 0) ? 'immediate' : 'fast';
  await world.postgres.stop(how);
  const answers = Promise.all(world.apis.map(({ url }) => answerOf(url, tokens.operator)));
  await sleep(AWAY_MS * random());
  for (const answer of await answers) campaign.tally(`answers while it was away: ${answer}`);
  await world.postgres.restart();
  campaign.tally(`${how} restarts`);
  await sleep(Math.max(0, nextAt - performance.now()));
}

function startsOf({ processes }: FaultWorld): number {
  return processes.reduce((sum, process) => sum + process.restarts, 0);
}

/** What an API says to somebody who asks for something while it has no database. */
async function answerOf(url: string, token: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ me { role } }' }),
    signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
  }).catch((error: unknown) => {
    throw new BrokenPromise(`An API does not answer while its database is away: ${String(error)}`);
  });
  const { errors } = (await response.json()) as { errors?: { extensions?: { code?: string } }[] };
  const answer = `${response.status} ${errors?.[0]?.extensions?.code ?? (errors ? 'without a code' : AS_USUAL)}`;
  if (!TOLD.has(answer)) throw new BrokenPromise(`An API answers ${answer} while its database is away`);
  return answer;
}
