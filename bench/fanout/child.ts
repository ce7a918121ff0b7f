/** A server or a crowd of clients in a process of its own, so that its CPU is nobody else's. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../node-flags.ts';

/** What {@link Child} asks of the process it started, and the process answers by {@link answering}. */
export interface Question {
  readonly name: string;
  readonly input: unknown;
}

/** A started process. */
export class Child {
  private readonly died: Promise<never>;

  private constructor(private readonly process: ChildProcess) {
    this.died = once(process, 'exit').then(([code]) => {
      throw new Error(`A process of the benchmark ended with ${String(code)}.`);
    });
    this.died.catch(() => undefined);
  }

  /**
   * Starts a module and waits until it says that it is ready.
   *
   * @param module its path from this folder
   * @param environment what it gets besides what Node needs
   * @param flags options of Node
   */
  static async start(
    module: string,
    args: readonly string[],
    environment: Record<string, string> = {},
    flags: readonly string[] = [],
  ): Promise<Child> {
    const process = fork(fileURLToPath(new URL(module, import.meta.url)), args, {
      execArgv: [...flags, '--expose-gc', '--import', 'tsx'],
      env: { PATH: globalThis.process.env['PATH'], ...environment },
    });
    const child = new Child(process);
    await child.answer();
    return child;
  }

  /** Starts ours: the API with these settings, as `npm run start:api` does, with a log that stays out of the figures. */
  static startGraceline(environment: Record<string, string>): Promise<Child> {
    return Child.start('./graceline.child.ts', [], { LOG_LEVEL: 'warn', ...environment }, nodeFlags('start:api'));
  }

  /** Asks for something, one question at a time. */
  async ask<T>(name: string, input: unknown = null): Promise<T> {
    this.process.send({ name, input } satisfies Question);
    return (await this.answer()) as T;
  }

  /** Ends it. */
  async close(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.disconnect();
    await gone;
  }

  private async answer(): Promise<unknown> {
    const [message] = (await Promise.race([once(this.process, 'message'), this.died])) as [unknown];
    return message;
  }
}

/**
 * The other side: answers questions by name, says that it is ready, and ends with its parent. Every process answers `cpuUs`,
 * its user and system time so far in µs, `rssMb`, its memory once nothing in it is garbage, `heapMb`, what of it are live
 * objects, and `open`, what keeps it busy by kind, see {@link Open}.
 *
 * @param ready what the parent is told at first; it is not looked at
 */
export function answering(ready: unknown, answers: Readonly<Record<string, (input: never) => unknown>>): void {
  const all: Readonly<Record<string, (input: never) => unknown>> = { cpuUs, rssMb, heapMb, open, ...answers };
  process.on('message', ({ name, input }: Question) => {
    void (async () => process.send!((await all[name]!(input as never)) ?? null))();
  });
  process.on('disconnect', () => process.exit());
  process.send!(ready);
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** How many there are of each kind: sockets, servers, timers, and listeners for what happens to the process. */
export type Open = Readonly<Record<string, number>>;

function open(): Open {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return { ...counts, listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0) };
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function rssMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
}
