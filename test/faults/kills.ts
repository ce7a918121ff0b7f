/** kill -9 of everything, at random, while a hundred thousand accounts pass one deadline after another. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIL_CONCURRENCY } from '../../src/email/transport.provider.ts';
import { endOfLog } from '../../src/events/log.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { PostgresServer } from '../support/postgres-server.ts';
import { BrokenPromise, type Campaign, type Fault } from './fault.ts';
import { createFaultWorld, type FaultWorld } from './world/fault-world.ts';
import { LogWatcher } from './world/log-watcher.ts';
import { populate, type Population } from './world/population.ts';
import { holdPromises } from './world/promises.ts';
import { Rollout } from './world/rollout.ts';
import type { Supervised } from './world/supervised.ts';

/** How large the harm is made. */
export interface KillsScale extends Population {
  /** After so many kills a rollout is over, and what it left is compared with what is promised. */
  readonly killsPerRollout: number;
}

const WORKERS = 2;
const APIS = 2;
/** Between two kills, beside what it takes a victim to be up again. */
const PAUSE_MS = { least: 200, most: 1_200 };
/** Time goes on by so much at each kill, where the story lets it: claims of the dead end meanwhile. */
const PASS_MS = 20_000;
/** How many lots it has beside one for each process. */
const POSTGRES_WEIGHT = 2;
const POLL_MS = 50;

const ENDPOINT = 'mutation ($url: String!) { createWebhookEndpoint(input: { url: $url, types: [OPTED_IN, OPTED_OUT] }) { endpoint { id } } }';

/** As many kills as asked for, over rollout after rollout. */
export const kills: Fault = {
  name: 'kills',
  describe: 'kill -9 of workers, APIs and PostgreSQL while 100,000 accounts pass deadlines, opt-ins race them and reminders flow',
  steps: 'kills',
  usual: 50,
  run: (campaign) => runKills(campaign, { accounts: 100_000, administrators: 300, killsPerRollout: 25 }),
};

/** See {@link kills}. */
export async function runKills(campaign: Campaign, scale: KillsScale): Promise<void> {
  const random = campaign.random(-1);
  const postgres = await PostgresServer.start();
  const world = await createFaultWorld({ postgres, start: '2026-03-01T20:00:00Z', random });
  await populate(world.db, scale);
  await world.start('API', APIS);
  await world.start('worker', WORKERS);
  const operator = await world.createToken({ name: 'operator', role: 'OPERATOR', subject: 'olga@platform.example' });
  const scopes = ['migrations:read', 'opt_ins:write'] as const;
  const partner = await world.createToken({ name: 'partner', role: 'PARTNER', subject: 'Partner Co', allAccounts: true, scopes });
  await graphqlClient(world.urls[0]!, operator).request(ENDPOINT, { url: world.receiver.url });
  const watcher = new LogWatcher(world.urls, operator, await endOfLog(world.db));
  campaign.log(`${scale.accounts} accounts, ${scale.administrators} administrators, ${APIS} APIs, ${WORKERS} workers`);

  let rollout: Rollout | undefined;
  let done = 0;
  const check = () => {
    for (const process of world.processes) process.check();
    watcher.check();
    rollout?.partners.check();
  };
  const conclude = async () => {
    if (!rollout) return;
    await world.untilUp();
    await rollout.finish(check);
    const counted = await holdPromises(world, rollout, scale, watcher, operator);
    tell(campaign, rollout, counted, watcher);
    rollout = undefined;
    done = 0;
  };
  for (const step of campaign.steps()) {
    const random = campaign.random(step);
    rollout ??= await Rollout.announce(world, scale, { operator, partner }, `kills-${campaign.seed}-${step}`, random);
    await rollout.goOn(done / scale.killsPerRollout, check);
    await sleep(PAUSE_MS.least + (PAUSE_MS.most - PAUSE_MS.least) * random());
    const victim = await nextVictim(world, random, check);
    await kill(world, victim);
    campaign.tally(`kills of ${victim === 'PostgreSQL' ? victim : victim.kind === 'API' ? 'an API' : 'a worker'}`);
    rollout.pass(PASS_MS);
    check();
    done += 1;
    if (done === scale.killsPerRollout) await conclude();
  }
  await conclude();
  boundMailsTwice(campaign);
}

/** The first that is up, in an order by chance: what is starting would only be kept from coming up. */
async function nextVictim({ apis, workers }: FaultWorld, random: () => number, check: () => void): Promise<Supervised | 'PostgreSQL'> {
  const candidates = [...apis, ...workers, ...Array.from({ length: POSTGRES_WEIGHT }, () => 'PostgreSQL' as const)];
  const order = candidates.map((one) => ({ one, place: random() })).toSorted((a, b) => a.place - b.place);
  for (;;) {
    check();
    const atWork = [apis, workers].every((all) => all.some(({ isUp }) => isUp));
    const found = order.find(({ one }) => (one === 'PostgreSQL' ? atWork : one.isUp));
    if (found) return found.one;
    await sleep(POLL_MS);
  }
}

async function kill({ postgres }: FaultWorld, victim: Supervised | 'PostgreSQL'): Promise<void> {
  if (victim !== 'PostgreSQL') return victim.kill();
  await postgres.stop('kill');
  await postgres.restart();
}

function tell(campaign: Campaign, rollout: Rollout, counted: Awaited<ReturnType<typeof holdPromises>>, watcher: LogWatcher): void {
  const { partners } = rollout;
  campaign.tally('rollouts whose promises held');
  campaign.tally('calls of partners', partners.calls.all);
  campaign.tally('calls sent again until answered', partners.calls.again - partners.calls.lost);
  campaign.tally('answers that nobody waited for', counted.lostAnswers);
  campaign.tally('decisions, each with one event', counted.decisions);
  campaign.tally('notices, each once', counted.notices);
  campaign.tally('mails received', counted.mails);
  campaign.tally(TWICE, counted.mailsTwice);
  campaign.tally(UNMARKED, counted.mailsUnmarked);
  campaign.tally('webhooks received', counted.webhooks);
  campaign.tally('webhooks received again, by the same id', counted.webhooksAgain);
  campaign.log(`${rollout.key}: ${JSON.stringify({ ...counted, ...partners.calls, resumed: watcher.resumed })}`);
}

const TWICE = 'mails received twice';
const UNMARKED = 'mails received that the ledger calls skipped';

/** A mail goes out twice only where a worker, or the database under both, dies between the server's yes and our note of it. */
function boundMailsTwice(campaign: Campaign): void {
  const { tallies } = campaign.state;
  const deaths = (tallies['kills of a worker'] ?? 0) + WORKERS * (tallies['kills of PostgreSQL'] ?? 0);
  const allowed = deaths * MAIL_CONCURRENCY;
  const twice = (tallies[TWICE] ?? 0) + (tallies[UNMARKED] ?? 0);
  if (twice > allowed) throw new BrokenPromise(`${twice} mails went out twice or unmarked; ${deaths} deaths of ${MAIL_CONCURRENCY} lanes allow ${allowed}`);
  campaign.log(`${twice} mails twice or unmarked, of at most ${allowed}`);
}
