/** Real processes of the service for tests: started with an environment, waited for, and never left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/db/embedded.ts';
import { atEndOfFile } from './end-of-file.ts';
import { mongodbFor } from './mongodb.ts';
import { PATIENCE_MS, START_PATIENCE_MS } from './patience.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const POLL_MS = 25;
/** Of one process, in characters. */
const MAX_WORDS = 2_000;
/** Whether it answers is asked again after that. */
const ANSWERS_WITHIN_MS = 5_000;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const alive = new Set<TestProcess>();
let cleaningUp = false;

/** A process under test. */
export class TestProcess {
  readonly exited: Promise<Exit>;
  /** What it has printed so far, each stream alone. */
  stdout = '';
  stderr = '';
  private text = '';

  private constructor(
    private readonly child: ChildProcess,
    /** Where it serves: `http://127.0.0.1:<port>`. */
    readonly url: string,
  ) {
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]!.setEncoding('utf8').on('data', (chunk: string) => {
        this[name] += chunk;
        this.text += chunk;
      });
    }
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        alive.delete(this);
        resolve({ code, signal });
      });
    });
  }

  /**
   * Starts a TypeScript file of this repository. It is killed at the end of the test file if it still runs then.
   *
   * @param file relative to the root of the repository
   * @param env its whole environment besides PATH and HOME, so that nothing of the machine leaks in
   * @param url where it will serve, if it does
   */
  static spawn(file: string, env: Readonly<Record<string, string>>, args: readonly string[] = [], url = ''): TestProcess {
    return TestProcess.spawnNode(['--import', 'tsx', file, ...args], env, url);
  }

  /** The same for Node with arguments of its own: a program that this repository does not help to run. */
  static spawnNode(args: readonly string[], env: Readonly<Record<string, string>>, url = ''): TestProcess {
    return TestProcess.spawnCommand([process.execPath, ...args], ROOT, env, url);
  }

  /**
   * The same for any command.
   *
   * @param command its program and its arguments
   * @param cwd the folder it runs in
   */
  static spawnCommand(command: readonly string[], cwd: string, env: Readonly<Record<string, string>>, url = ''): TestProcess {
    if (!cleaningUp) {
      cleaningUp = true;
      atEndOfFile(killAll);
    }
    const { PATH = '', HOME = '' } = process.env;
    const [program, ...args] = command;
    const child = spawn(program!, args, { cwd, env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = new TestProcess(child, url);
    alive.add(started);
    return started;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** All it has printed so far, both streams as they came. */
  get output(): string {
    return this.text;
  }

  /**
   * Waits until it is ready; throws with its output where it ends or stays unready.
   *
   * @param path that it answers with 200 by then: without a worker an API is never ready, and answers `/healthz`
   */
  async ready(path: '/readyz' | '/healthz' = '/readyz'): Promise<this> {
    let gone: Exit | undefined;
    void this.exited.then((exit) => (gone = exit));
    await until(
      async () => {
        if (gone) throw new Error(`The process ended with ${JSON.stringify(gone)} before it was ready:\n${this.text}`);
        return (await this.status(path)) === 200;
      },
      () => `The process did not get ready:\n${this.text}`,
      START_PATIENCE_MS,
    );
    return this;
  }

  /** The HTTP status of a path; null where it does not answer. */
  async status(path: string): Promise<number | null> {
    const response = await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) }).catch(() => null);
    await response?.body?.cancel();
    return response?.status ?? null;
  }

  /** Sends it a signal and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.signal(signal);
    return this.exited;
  }

  /** Sends it a signal. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** Starts an API process on a free port; see {@link TestProcess.ready}. */
export async function spawnApi(env: Readonly<Record<string, string>>): Promise<TestProcess> {
  const port = await freePort();
  return TestProcess.spawn('src/main.ts', { HOST: '127.0.0.1', PORT: String(port), ...env }, [], `http://127.0.0.1:${port}`);
}

/** Starts a worker process on a free port, with its ticks where this run of tests keeps them; see {@link TestProcess.ready}. */
export async function spawnWorker(
  env: Readonly<Record<string, string>>,
  file = 'worker/main.ts',
  args: readonly string[] = [],
): Promise<TestProcess> {
  const port = await freePort();
  const mongodb = env['DATABASE_URL'] === undefined ? null : mongodbFor(env['DATABASE_URL']);
  const settings = { HOST: '127.0.0.1', WORKER_PORT: String(port), ...(mongodb !== null && { MONGODB_URL: mongodb }), ...env };
  return TestProcess.spawn(file, settings, args, `http://127.0.0.1:${port}`);
}

/**
 * Waits for a condition.
 *
 * @param condition asked again and again until it is true; throwing ends the wait
 * @param otherwise what to say when it never came true
 */
export async function until(condition: () => boolean | Promise<boolean>, otherwise: () => string, withinMs = PATIENCE_MS): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(otherwise());
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The end of what every process that still runs has printed, for people. Called where a test has failed. */
export function lastWords(): string {
  return [...alive].map(({ pid, output }) => `Process ${pid} has printed: ${output.slice(-MAX_WORDS).trim() || 'nothing'}`).join('\n');
}

async function killAll(): Promise<void> {
  cleaningUp = false;
  await Promise.all([...alive].map((left) => left.stop('SIGKILL')));
}
