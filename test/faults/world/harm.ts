/** Rollouts that are harmed: one story after another, with a step of harm every moment, and what is promised looked for after each. */
import { MAIL_CONCURRENCY } from '../../../src/email/transport.provider.ts';
import { endOfLog } from '../../../src/events/log.ts';
import { graphqlClient } from '../../support/graphql-client.ts';
import { type HalfOpenWay, startHalfOpen } from '../../support/half-open.ts';
import { PostgresServer } from '../../support/postgres-server.ts';
import { BrokenPromise, type Campaign } from '../fault.ts';
import { createFaultWorld, type FaultWorld } from './fault-world.ts';
import { LogWatcher } from './log-watcher.ts';
import { startMailServer } from './mail-server.ts';
import { populate, type Population } from './population.ts';
import { type Counted, holdPromises } from './promises.ts';
import { Rollout } from './rollout.ts';

/** A world that is ready to be harmed, by one campaign after another. */
export interface HarmedWorld {
  readonly world: FaultWorld;
  readonly population: Population;
  /** Ways that can be made dead: of the first API and the first worker to PostgreSQL, and of every worker to the mail server. */
  readonly ways: { readonly toPostgres: HalfOpenWay; readonly toSmtp: HalfOpenWay } | null;
  /** Of an operator, and of a partner of all accounts. */
  readonly tokens: { readonly operator: string; readonly partner: string };
  readonly watcher: LogWatcher;
  /** How many rollouts it has seen. */
  rollouts: number;
}

/** How it is to be made. */
export interface HarmedWorldOptions {
  /** Whether there are ways that can be made dead. */
  readonly ways?: boolean;
  /** Starts PostgreSQL, where that is not as usual. */
  readonly postgres?: () => Promise<PostgresServer>;
}

/** What is done to a world. */
export interface Harm {
  /** After so many steps a rollout is over, and what it left is compared with what is promised. */
  readonly stepsPerRollout: number;
  /** Ends what steps left under way; the story goes on to its next chapter only then. */
  readonly rest?: () => Promise<void>;
  /** Does one step, and counts it. @param check throws where something is wrong meanwhile */
  readonly strike: (world: FaultWorld, random: () => number, campaign: Campaign, check: () => void) => Promise<void>;
  /** How many mails may have gone out twice by now, or gone out without a note of it. */
  readonly allowedTwice: (tallies: Readonly<Record<string, number>>) => number;
}

/** Of workers, and of APIs. */
export const OF_EACH = 2;
/** Messages that a worker has under way at once. */
export const LANES = MAIL_CONCURRENCY;
/** What all of them are, to whom it may concern. */
export const FULL: Population = { accounts: 100_000, administrators: 300 };

/** Time goes on by so much at each step, where the story lets it: claims of the dead end meanwhile. */
const PASS_MS = 20_000;
const START = '2026-03-01T20:00:00Z';
const TWICE = 'mails received twice';
const UNMARKED = 'mails received without a note of it';
const ENDPOINT =
  'mutation ($url: String!) { createWebhookEndpoint(input: { url: $url, types: [OPTED_IN, OPTED_OUT] }) { endpoint { id } } }';

/** Makes a world with everybody in it, two APIs and two workers. It ends with the file or campaign. */
export async function startHarmedWorld(
  campaign: Campaign,
  population: Population,
  { ways: withWays = false, postgres: startPostgres = () => PostgresServer.start() }: HarmedWorldOptions = {},
): Promise<HarmedWorld> {
  const random = campaign.random(-1);
  const postgres = await startPostgres();
  const mail = await startMailServer(random);
  const ways = withWays ? { toPostgres: await startHalfOpen(postgres.port), toSmtp: await startHalfOpen(mail.port) } : null;
  const world = await createFaultWorld({ postgres, start: START, mail, smtpPort: ways?.toSmtp.port ?? mail.port });
  await populate(world.db, population);
  const first = ways && { DATABASE_URL: Object.assign(new URL(postgres.url), { port: String(ways.toPostgres.port) }).href };
  for (const kind of ['API', 'worker'] as const) await world.start(kind, [first ?? {}, ...Array.from({ length: OF_EACH - 1 }, () => ({}))]);
  const operator = await world.createToken({ name: 'operator', role: 'OPERATOR', subject: 'olga@platform.example' });
  const scopes = ['migrations:read', 'opt_ins:write'] as const;
  const partner = await world.createToken({ name: 'partner', role: 'PARTNER', subject: 'Partner Co', allAccounts: true, scopes });
  await graphqlClient(world.urls[0]!, operator).request(ENDPOINT, { url: world.receiver.url });
  const watcher = new LogWatcher(world.urls, operator, await endOfLog(world.db));
  campaign.log(`${population.accounts} accounts, ${population.administrators} administrators, ${OF_EACH} APIs, ${OF_EACH} workers`);
  return { world, population, ways, tokens: { operator, partner }, watcher, rollouts: 0 };
}

/** Does as many steps as the campaign has, over rollout after rollout. */
export async function harmRollouts(campaign: Campaign, harmed: HarmedWorld, harm: Harm): Promise<void> {
  const { world, population, tokens, watcher } = harmed;
  let rollout: Rollout | undefined;
  let done = 0;
  const check = () => {
    for (const process of world.processes) process.check();
    watcher.check();
    rollout?.partners.check();
  };
  const conclude = async () => {
    if (!rollout) return;
    await harm.rest?.();
    await world.untilUp();
    await rollout.finish(check);
    for (const process of world.processes) campaign.tally('starts that a database that went away cut short', process.takeStartsCutShort());
    tell(campaign, rollout, await holdPromises(world, rollout, population, watcher, tokens.operator), watcher);
    holdBound(campaign, harm);
    rollout = undefined;
    done = 0;
  };
  for (const step of campaign.steps()) {
    // Of its own chance: its partners go on drawing by timers, and what is harmed must not hang on how often.
    rollout ??= await Rollout.announce(world, population, tokens, `change-${(harmed.rollouts += 1)}`, campaign.random(-2 - step));
    if (rollout.isDue(done / harm.stepsPerRollout)) await harm.rest?.();
    await rollout.goOn(done / harm.stepsPerRollout, check);
    await harm.strike(world, campaign.random(step), campaign, check);
    rollout.pass(PASS_MS);
    check();
    done += 1;
    if (done === harm.stepsPerRollout) await conclude();
  }
  await conclude();
}

function tell(campaign: Campaign, { key, partners }: Rollout, counted: Counted, watcher: LogWatcher): void {
  campaign.tally('rollouts whose promises held');
  campaign.tally('calls of partners', partners.calls.all);
  campaign.tally('calls sent again until answered', partners.calls.again - partners.calls.lost);
  campaign.tally('answers that nobody waited for', counted.lostAnswers);
  campaign.tally('decisions, each with one event', counted.decisions);
  campaign.tally('notices, each once', counted.notices);
  campaign.tally('mails received', counted.mails);
  campaign.tally('mails given up for a reason stated', counted.mailsFailed);
  campaign.tally(TWICE, counted.mailsTwice);
  campaign.tally(UNMARKED, counted.mailsUnmarked);
  campaign.tally('webhooks received', counted.webhooks);
  campaign.tally('webhooks received again, by the same id', counted.webhooksAgain);
  for (const [code, count] of partners.codes) campaign.tally(`answers that said ${code}`, count);
  campaign.tally('times a subscriber went on elsewhere', watcher.resumed);
  watcher.resumed = 0;
  const { decisions, mails, mailsTwice, webhooks } = counted;
  campaign.log(`${key}: ${decisions} decisions, ${mails} mails (${mailsTwice} twice), ${webhooks} webhooks`);
}

/** A mail goes out twice only where somebody, or the database, dies between the server's yes and our note of it. */
function holdBound(campaign: Campaign, { allowedTwice }: Harm): void {
  const { tallies } = campaign.state;
  const twice = (tallies[TWICE] ?? 0) + (tallies[UNMARKED] ?? 0);
  const allowed = allowedTwice(tallies);
  if (twice > allowed) throw new BrokenPromise(`${twice} mails went out twice or without a note of it; ${allowed} may`);
}
