/** `npm run bench`: runs benchmarks on a PostgreSQL of their own and says whether what they promise holds. */
import { parseArgs } from 'node:util';
import { type Benchmark, MissingTool } from './benchmark.ts';
import { check } from './check.bench.ts';
import { checkUnleash } from './check-unleash.bench.ts';
import { dashboard } from './dashboard.bench.ts';
import { deadline } from './deadline.bench.ts';
import { fanout } from './fanout.bench.ts';
import { importAccounts } from './import-accounts.bench.ts';
import { mail } from './mail.bench.ts';
import { read } from './read.bench.ts';
import { jsonLine, machine, type Outcome, summary, table } from './report.ts';
import { scale } from './scale.bench.ts';
import { BenchServer } from './server.ts';
import { soak } from './soak.bench.ts';
import { usage } from './usage.bench.ts';

const BENCHMARKS: readonly Benchmark[] = [check, checkUnleash, dashboard, deadline, fanout, importAccounts, mail, read, scale, soak, usage];

const HELP = `npm run bench -- [NAME…] [--json] [--list] [--help]

Runs the benchmarks named, or all, one after the other, each on an empty database of a PostgreSQL started for it in a
temp folder. Prints a line for each figure: its value, a median over rounds that take turns, what it is measured against in
the same run, their ratio, the target and whether it holds; after several benchmarks a line for each of them. Progress goes
to stderr. The soak alone takes half an hour; the last lines say how long each took.

  --json   a line of JSON for each figure instead of a table
  --list   only say which benchmarks there are

Exits 1 and names what it is where a target is not held or a benchmark fails, 2 where a name or option is unknown, 3 where all targets that
were measured hold but the machine lacks what a benchmark measures with, such as Chromium.
Sizes for a quick look, not for figures: BENCH_SMALL, BENCH_LARGE (deadline), BENCH_ACCOUNTS (import-accounts),
BENCH_MAILS and BENCH_MORNING_MAILS (mail), BENCH_SUBSCRIBERS and BENCH_MESSAGES (fanout), BENCH_REQUESTS and BENCH_CHECK_ACCOUNTS (check),
BENCH_BATCHES (usage), BENCH_READS (read), BENCH_SCALE_ACCOUNTS (scale), SOAK_MINUTES and SOAK_RATE (soak).

Benchmarks:
${list()}`;

process.exitCode = await main(process.argv.slice(2));

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
  const outcomes = await runAll(asked.benchmarks, asked.json);
  if (outcomes.length > 1 && !asked.json) process.stdout.write(`\n${summary(outcomes)}\n`);
  for (const { name, figures, fault } of outcomes) {
    for (const figure of figures.filter(({ holds }) => !holds)) say(`Not held: ${name}, ${figure.name} (${figure.target})`);
    if (fault) say(fault instanceof MissingTool ? `Not measured: ${name}. ${fault.message}` : `Failed: ${name}. ${fault.message}`);
  }
  const hasMissed = ({ figures, fault }: Outcome) => figures.some(({ holds }) => !holds) || (fault && !(fault instanceof MissingTool));
  if (outcomes.some(hasMissed)) return 1;
  return outcomes.some(({ fault }) => fault) ? 3 : 0;
}

interface Asked {
  readonly benchmarks: readonly Benchmark[];
  readonly json: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

/** What the arguments ask for, or what is wrong with them. */
function parse(args: string[]): Asked | string {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: flag, list: flag, help: { ...flag, short: 'h' } },
    });
    const unknown = positionals.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
    if (unknown.length > 0) return `There is no benchmark ${unknown.map((name) => `"${name}"`).join(', ')}.`;
    const benchmarks = positionals.length === 0 ? BENCHMARKS : BENCHMARKS.filter(({ name }) => positionals.includes(name));
    return { benchmarks, ...values };
  } catch (error) {
    return (error as Error).message;
  }
}

async function runAll(benchmarks: readonly Benchmark[], json: boolean): Promise<Outcome[]> {
  say(machine());
  const server = await BenchServer.start();
  const outcomes: Outcome[] = [];
  server.stopOnSignal(say);
  try {
    say(`PostgreSQL of its own: ${await server.settings()}`);
    for (const benchmark of benchmarks) outcomes.push(await runOne(server, benchmark, json));
  } finally {
    await server.close();
  }
  return outcomes;
}

/** One that fails says so, and the others are run all the same. */
async function runOne(server: BenchServer, benchmark: Benchmark, json: boolean): Promise<Outcome> {
  const { name, describe } = benchmark;
  say(`\n${name}: ${describe}`);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1_000;
  const log = (line: string) => say(`  ${seconds().toFixed(1).padStart(6)} s  ${line}`);
  const createDatabase = () => server.createDatabase();
  try {
    const figures = await benchmark.run({ databaseUrl: await createDatabase(), createDatabase, log });
    process.stdout.write(`${json ? figures.map(jsonLine).join('\n') : table(figures)}\n`);
    return { name, figures, fault: null, seconds: seconds() };
  } catch (error) {
    if (!(error instanceof MissingTool)) say((error as Error).stack ?? String(error));
    return { name, figures: [], fault: error as Error, seconds: seconds() };
  } finally {
    await server.dropDatabases();
  }
}

function list(): string {
  return BENCHMARKS.map(({ name, describe }) => `  ${name.padEnd(16)} ${describe}`).join('\n');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
