/** `npm run bench`: runs benchmarks on a PostgreSQL of their own and says whether what they promise holds. */
import { parseArgs } from 'node:util';
import { type Benchmark, type Figure, MissingTool } from './benchmark.ts';
import { check } from './check.bench.ts';
import { checkUnleash } from './check-unleash.bench.ts';
import { dashboard } from './dashboard.bench.ts';
import { deadline } from './deadline.bench.ts';
import { fanout } from './fanout.bench.ts';
import { importAccounts } from './import-accounts.bench.ts';
import { mail } from './mail.bench.ts';
import { jsonLine, machine, table } from './report.ts';
import { scale } from './scale.bench.ts';
import { BenchServer } from './server.ts';
import { usage } from './usage.bench.ts';

const BENCHMARKS: readonly Benchmark[] = [check, checkUnleash, dashboard, deadline, fanout, importAccounts, mail, scale, usage];

const HELP = `npm run bench -- [NAME…] [--json] [--list] [--help]

Runs the benchmarks named, or all, one after the other, each on an empty database of a PostgreSQL started for it in a
temp folder. Prints a line for each figure: its value, what it is measured against in the same run, their ratio, the
target and whether it holds. Progress goes to stderr.

  --json   a line of JSON for each figure instead of a table
  --list   only say which benchmarks there are

Exits 1 where a target is not held or a benchmark fails, 2 where a name or option is unknown, 3 where all targets that
were measured hold but the machine lacks what a benchmark measures with, such as Chromium.
Sizes for a quick look, not for figures: BENCH_SMALL, BENCH_LARGE (deadline), BENCH_ACCOUNTS (import-accounts),
BENCH_MAILS and BENCH_MORNING_MAILS (mail), BENCH_SUBSCRIBERS and BENCH_MESSAGES (fanout), BENCH_REQUESTS and BENCH_CHECK_ACCOUNTS (check),
BENCH_BATCHES (usage), BENCH_SCALE_ACCOUNTS (scale).

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
  const { figures, lacking } = await runAll(asked.benchmarks, asked.json);
  const missed = figures.filter(({ holds }) => !holds);
  for (const { name, target } of missed) say(`Not held: ${name} (${target})`);
  for (const line of lacking) say(line);
  if (missed.length > 0) return 1;
  return lacking.length > 0 ? 3 : 0;
}

interface Asked {
  readonly benchmarks: readonly Benchmark[];
  readonly json: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

/** What was measured, and a line for each benchmark that could not. */
interface Outcome {
  readonly figures: readonly Figure[];
  readonly lacking: readonly string[];
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

async function runAll(benchmarks: readonly Benchmark[], json: boolean): Promise<Outcome> {
  say(machine());
  const server = await BenchServer.start();
  const figures: Figure[] = [];
  const lacking: string[] = [];
  server.stopOnSignal(say);
  try {
    say(`PostgreSQL of its own: ${await server.settings()}`);
    for (const benchmark of benchmarks) {
      try {
        figures.push(...(await runOne(server, benchmark, json)));
      } catch (error) {
        if (!(error instanceof MissingTool)) throw error;
        lacking.push(`Not measured: ${benchmark.name}. ${error.message}`);
      }
    }
  } finally {
    await server.close();
  }
  return { figures, lacking };
}

async function runOne(server: BenchServer, benchmark: Benchmark, json: boolean): Promise<Figure[]> {
  say(`\n${benchmark.name}: ${benchmark.describe}`);
  const start = performance.now();
  const log = (line: string) => say(`  ${((performance.now() - start) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  const createDatabase = () => server.createDatabase();
  const figures = await benchmark.run({ databaseUrl: await createDatabase(), createDatabase, log });
  process.stdout.write(`${json ? figures.map(jsonLine).join('\n') : table(figures)}\n`);
  await server.dropDatabases();
  return figures;
}

function list(): string {
  return BENCHMARKS.map(({ name, describe }) => `  ${name.padEnd(16)} ${describe}`).join('\n');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
