/** `npm run faults`: does harm to real processes, databases and clocks, seeded, and says whether what is promised holds. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { showProgress } from '../../src/progress.ts';
import { undoAll } from '../support/end-of-file.ts';
import { clocks } from './clocks/fault.ts';
import { disk } from './disk.ts';
import { BrokenPromise, Campaign, type CampaignState, type Fault } from './fault.ts';
import { fuzz } from './fuzz/fault.ts';
import { kills } from './kills.ts';
import { model } from './model/fault.ts';
import { network } from './network.ts';
import { restarts } from './restarts.ts';
import { smtp } from './smtp.ts';

const FAULTS: readonly Fault[] = [kills, restarts, network, smtp, disk, model, clocks, fuzz];

/** What is kept of campaigns that ended early, for `--resume`. */
const KEPT = '.data/faults';

const HELP = `npm run faults -- [NAME…] [--count N] [--minutes M] [--seed S] [--resume] [--list] [--help]

Runs the campaigns named, or all, one after the other: each does harm to processes, databases or clocks of its own, on
loopback only, and after each step looks whether what is promised still holds. Ends by itself. Progress goes to stderr, a
summary of what was counted to stdout.

  --count N     so many steps; without it, as many as --list says
  --minutes M   begin no step later than so many minutes from now (all campaigns together)
  --seed S      a whole number; the same seed does the same harm. Without it, one is drawn and printed
  --resume      go on with a campaign that was ended early, by time, Ctrl-C or a broken promise, with its seed
  --list        only say which campaigns there are

Exits 1 where a promise did not hold, 2 where a name or option is wrong.

Campaigns:
${list()}`;

process.exitCode = await main(process.argv.slice(2));

interface Asked {
  readonly faults: readonly Fault[];
  readonly count: number | undefined;
  readonly minutes: number | undefined;
  readonly seed: number;
  readonly resume: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

async function main(args: string[]): Promise<number> {
  const asked = parse(args);
  if (typeof asked === 'string') {
    say(`${asked}\n\n${HELP}`);
    return 2;
  }
  if (asked.help || asked.list) {
    process.stdout.write(`${asked.help ? HELP : list()}\n`);
    return 0;
  }
  const ended = new AbortController();
  // The step under way ends, and its world is taken down; a second signal ends the process as usual.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
  const timer = asked.minutes === undefined ? undefined : setTimeout(() => ended.abort(), asked.minutes * 60_000);
  let broken = false;
  for (const fault of asked.faults) {
    if (ended.signal.aborted) break;
    if (!(await runOne(fault, asked, ended.signal))) broken = true;
  }
  clearTimeout(timer);
  return broken ? 1 : 0;
}

/** What the arguments ask for, or what is wrong with them. */
function parse(args: string[]): Asked | string {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { count: text, minutes: text, seed: text, resume: flag, list: flag, help: { ...flag, short: 'h' } },
    });
    const unknown = positionals.filter((name) => !FAULTS.some((fault) => fault.name === name));
    if (unknown.length > 0) return `There is no campaign ${unknown.map((name) => `"${name}"`).join(', ')}.`;
    return {
      faults: positionals.length === 0 ? FAULTS : FAULTS.filter(({ name }) => positionals.includes(name)),
      count: whole('--count', values.count, 1),
      minutes: whole('--minutes', values.minutes, 1),
      seed: whole('--seed', values.seed, 0) ?? Math.floor(Math.random() * 2 ** 31),
      resume: values.resume,
      list: values.list,
      help: values.help,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

function whole(option: string, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < least) throw new Error(`${option} takes a whole number from ${least}, not "${value}".`);
  return number;
}

/** @returns whether everything that is promised held */
async function runOne(fault: Fault, asked: Asked, ended: AbortSignal): Promise<boolean> {
  const state = await beginning(fault, asked);
  say(`\n${fault.name}: ${fault.describe}\n  seed ${state.seed}, ${state.total - state.done} ${fault.steps} to do`);
  const progress = showProgress(process.stderr);
  const start = performance.now();
  const log = (line: string) => say(`  ${((performance.now() - start) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  const campaign = new Campaign(state, ended, log, (now) => progress.update(now));
  let broken: Error | undefined;
  try {
    await fault.run(campaign);
  } catch (error) {
    broken = error as Error;
  } finally {
    progress.stop();
  }
  // Before anything is taken down, which may fail too.
  await keep(fault, campaign.state);
  process.stdout.write(`${summary(fault, campaign.state, (performance.now() - start) / 1_000)}\n`);
  if (broken) {
    const why = broken instanceof BrokenPromise ? broken.message : (broken.stack ?? broken.message);
    say(`NOT HELD: ${fault.name}, seed ${campaign.seed}, step ${campaign.state.done}: ${why}`);
  }
  await undoAll();
  return broken === undefined;
}

async function beginning(fault: Fault, { count, seed, resume }: Asked): Promise<CampaignState> {
  const kept = resume ? await readFile(`${KEPT}/${fault.name}.json`, 'utf8').catch(() => undefined) : undefined;
  if (kept === undefined) return { seed, done: 0, total: count ?? fault.usual, tallies: {} };
  const before = JSON.parse(kept) as CampaignState;
  return { ...before, total: count ?? before.total };
}

/** Keeps a campaign that is not over for `--resume`, and forgets one that is. */
async function keep({ name }: Fault, state: CampaignState): Promise<void> {
  const file = `${KEPT}/${name}.json`;
  if (state.done >= state.total) {
    await rm(file, { force: true });
  } else {
    await mkdir(KEPT, { recursive: true });
    await writeFile(file, JSON.stringify(state));
  }
}

function summary({ name, steps }: Fault, { seed, done, total, tallies }: CampaignState, seconds: number): string {
  const counted = Object.entries(tallies).map(([what, count]) => `  ${String(count).padStart(9)} ${what}`);
  return [`${name}: ${done} of ${total} ${steps}, seed ${seed}, ${seconds.toFixed(0)} s`, ...counted].join('\n');
}

function list(): string {
  return FAULTS.map(({ name, usual, steps, describe }) => `  ${name.padEnd(12)} ${describe} (${usual} ${steps})`).join('\n');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
