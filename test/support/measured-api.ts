/** An API process whose use of the machine can be asked for, and callers that stand beside while it is attacked. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cloneDatabase } from './database.ts';
import { atEndOfFile } from './end-of-file.ts';

/** What a process has used. */
export interface Usage {
  /** CPU of all its threads since it began, those that collect garbage included, in µs. */
  readonly cpuMicros: number;
  /** The part of its main thread, for which everybody waits. */
  readonly mainMicros: number;
  /** Bytes that are in use. */
  readonly live: number;
  /** Bytes the machine has given it: now, and at most so far. */
  readonly rss: number;
  readonly maxRss: number;
}

/** What a caller saw that only wanted its answers. */
export interface Stood {
  /** Of each request, in ms. */
  readonly latencies: readonly number[];
  readonly failures: number;
}

/** See the top of this file. */
export class MeasuredApi {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly databaseUrl: string,
  ) {}

  /** Starts one on a database of this file's own; it ends with the file. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<MeasuredApi> {
    const databaseUrl = await cloneDatabase();
    const child = forked(new URL('./measured-api.child.ts', import.meta.url), [], {
      DATABASE_URL: databaseUrl,
      PORT: '0',
      NODE_ENV: 'production',
      ...env,
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new MeasuredApi(child, `http://127.0.0.1:${port}`, databaseUrl);
  }

  /** What it has used so far; at `rest`, without garbage. */
  async usage(when: 'usage' | 'rest' = 'usage'): Promise<Usage> {
    this.child.send(when);
    return ((await once(this.child, 'message')) as [Usage])[0];
  }

  /** The CPU that a piece of work takes, in ms: of the main thread, and of all. */
  async cpuOf(work: () => Promise<unknown>): Promise<{ readonly main: number; readonly all: number }> {
    const before = await this.usage();
    await work();
    const after = await this.usage();
    return { main: (after.mainMicros - before.mainMicros) / 1_000, all: (after.cpuMicros - before.cpuMicros) / 1_000 };
  }

  /** Lets a caller with this token ask on and on while something else is done. */
  async withBystander(token: string, work: () => Promise<unknown>): Promise<Stood> {
    const child = forked(new URL('./bystander.child.ts', import.meta.url), [this.url, token], {});
    await once(child, 'message');
    await work();
    child.send('stop');
    const [stood] = (await once(child, 'message')) as [Stood];
    child.disconnect();
    return stood;
  }
}

function forked(file: URL, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  const child = fork(fileURLToPath(file), args, {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  child.stdout!.resume();
  atEndOfFile(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}
