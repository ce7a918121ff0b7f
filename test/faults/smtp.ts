/** A mail server that answers as it likes: every mail ends, as sent, given up for a reason, or sent with nobody to tell. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Campaign, Fault } from './fault.ts';
import type { FaultWorld } from './world/fault-world.ts';
import { FULL, type HarmedWorld, harmRollouts, startHarmedWorld } from './world/harm.ts';
import type { MailAnswer } from './world/mail-server.ts';

const STEP_MS = 3_000;
/** So often a mail for one address meets something bad, until the next step; then the server is good to it. */
const BAD_IN_A_ROW = 2;
const WELL: MailAnswer = { kind: 'take', afterMs: 30 };

/** What it may do, with the weight it has by chance. */
const BAD: readonly (readonly [weight: number, name: string, answer: (random: () => number) => MailAnswer])[] = [
  [4, '4xx', (random) => ({ kind: 'refuse', code: [421, 450, 451, 452][Math.floor(random() * 4)]!, at: random() < 0.5 ? 'RCPT' : 'DATA' })],
  [1, '5xx', (random) => ({ kind: 'refuse', code: [550, 552, 554][Math.floor(random() * 3)]!, at: random() < 0.5 ? 'RCPT' : 'DATA' })],
  [1, 'nothing', () => ({ kind: 'nothing' })],
  [1, 'a byte a second', () => ({ kind: 'drip' })],
  [2, 'a reset after DATA', () => ({ kind: 'reset' })],
  [2, 'a reset after the mail was taken', () => ({ kind: 'takeAndReset' })],
];
const TAKEN_AND_RESET = 'answers of the server: a reset after the mail was taken';

/** As many changes of mood as asked for, over rollout after rollout. */
export const smtp: Fault = {
  name: 'smtp',
  describe: 'a mail server that answers 4xx, 5xx, nothing, a byte a second, or resets after DATA, at random',
  steps: 'moods of the server',
  usual: 20,
  run: async (campaign) => runSmtp(campaign, await startHarmedWorld(campaign, FULL), 10),
};

/** See {@link smtp}. @param stepMs how long a mood lasts */
export async function runSmtp(campaign: Campaign, harmed: HarmedWorld, stepsPerRollout: number, stepMs = STEP_MS): Promise<void> {
  await harmRollouts(campaign, harmed, {
    stepsPerRollout,
    strike: (world, random, ofThis) => strike(world, random, ofThis, stepMs),
    // Whoever was told nothing tries again: each of these is a mail that may come twice.
    allowedTwice: (tallies) => tallies[TAKEN_AND_RESET] ?? 0,
  });
  harmed.world.mail.behave(() => WELL);
}

async function strike({ mail }: FaultWorld, random: () => number, campaign: Campaign, stepMs: number): Promise<void> {
  const badShare = random();
  const met = new Map<string, number>();
  mail.behave((to) => {
    const times = met.get(to) ?? 0;
    if (times >= BAD_IN_A_ROW || random() >= badShare) return WELL;
    met.set(to, times + 1);
    const { name, answer } = drawn(random);
    campaign.tally(`answers of the server: ${name}`);
    return answer(random);
  });
  campaign.tally('moods');
  await sleep(stepMs);
}

function drawn(random: () => number): { name: string; answer: (random: () => number) => MailAnswer } {
  let left = random() * BAD.reduce((sum, [weight]) => sum + weight, 0);
  const [, name, answer] = BAD.find(([weight]) => (left -= weight) < 0) ?? BAD[0]!;
  return { name, answer };
}
