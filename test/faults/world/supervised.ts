/** A process of the service that is started again whenever it ends, on its port, as whoever runs it in production would. */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../src/db/embedded.ts';
import { START_PATIENCE_MS } from '../../support/patience.ts';
import { type Exit, TestProcess } from '../../support/processes.ts';
import { BrokenPromise } from '../fault.ts';
import { buildPrograms, type Program } from './programs.ts';

/** What a process is. */
export type ProcessKind = 'API' | 'worker';

const PORTS = { API: 'PORT', worker: 'WORKER_PORT' } as const;
/** What answers 200 once it has all it needs. An API is not ready without workers, and goes on answering all the same. */
const READY = { API: '/healthz', worker: '/readyz' } as const;
/** A start that gives up on a database that goes away is begun anew; so many in a row are no accident. */
const MAX_STARTS_CUT_SHORT = 10;
const POLL_MS = 100;
const LAST_WORDS = 3_000;

/** See the top of this file. */
export class Supervised {
  private process: TestProcess;
  private killed = false;
  private wanted = true;
  private up = false;
  private wasReady = false;
  private broken: BrokenPromise | undefined;
  /** Starts after the first. */
  restarts = 0;
  /** How often in a row it was killed before it was up. */
  killsAtStart = 0;
  private startsCutShort = 0;
  private cutShortInARow = 0;

  private constructor(
    readonly kind: ProcessKind,
    private readonly program: Program,
    private readonly port: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    this.process = this.spawn();
  }

  /** Starts one on a free port. */
  static async start(kind: ProcessKind, env: Readonly<Record<string, string>>): Promise<Supervised> {
    const programs = await buildPrograms();
    return new Supervised(kind, programs[kind], await freePort(), env);
  }

  /** What its connections to PostgreSQL are called. */
  get name(): string {
    return `${this.kind} at ${this.port}`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** All it has printed since it was last started. */
  get output(): string {
    return this.process.output;
  }

  /** Whether it has been alive since it was last started. */
  get isUp(): boolean {
    return this.up;
  }

  /** Waits until it is alive. */
  async untilUp(): Promise<void> {
    while (!this.up) {
      this.check();
      await sleep(POLL_MS);
    }
  }

  /** How many starts gave up before it was at work, because the database went away, since this was last asked. */
  takeStartsCutShort(): number {
    const { startsCutShort } = this;
    this.startsCutShort = 0;
    return startsCutShort;
  }

  /** kill -9; it is started again at once. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.killsAtStart = this.up ? 0 : this.killsAtStart + 1;
    this.killed = true;
    this.up = false;
    await this.process.stop('SIGKILL');
  }

  /** Sends it a signal that does not end it: SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.process.signal(signal);
  }

  /** Ends it, for good. */
  async stop(): Promise<Exit> {
    this.wanted = false;
    // One that is frozen or hangs is to end too.
    this.process.signal('SIGCONT');
    return this.process.stop('SIGKILL');
  }

  /** @throws BrokenPromise where it has ended although nobody had it end */
  check(): void {
    if (this.broken) throw this.broken;
  }

  private get words(): string {
    return this.output.slice(-LAST_WORDS);
  }

  private spawn(): TestProcess {
    const { file, compileCache } = this.program;
    const env = {
      HOST: '127.0.0.1',
      [PORTS[this.kind]]: String(this.port),
      NODE_COMPILE_CACHE: compileCache,
      PGAPPNAME: this.name,
      ...this.env,
    };
    const started = TestProcess.spawnNode([file], env, this.url);
    this.up = false;
    this.wasReady = false;
    this.killed = false;
    void started.exited.then((exit) => this.ended(exit));
    void this.watch(started);
    return started;
  }

  private async watch(started: TestProcess): Promise<void> {
    const giveUpAt = performance.now() + START_PATIENCE_MS;
    // The field is set once this has been called.
    do await sleep(POLL_MS);
    while (this.process === started && this.wanted && !this.killed && !(await this.seenReady(started, giveUpAt)));
  }

  private async seenReady(started: TestProcess, giveUpAt: number): Promise<boolean> {
    const [alive, ready] = await Promise.all([started.status('/healthz'), started.status(READY[this.kind])]);
    if (this.process !== started || this.killed) return true;
    this.up = alive === 200;
    if (this.up) this.killsAtStart = 0;
    if (ready === 200) {
      this.wasReady = true;
      this.cutShortInARow = 0;
      return true;
    }
    if (performance.now() > giveUpAt) {
      this.broken ??= new BrokenPromise(`The ${this.kind} does not get ready:\n${this.words}`);
      return true;
    }
    return false;
  }

  private ended({ code, signal }: Exit): void {
    if (!this.wanted) return;
    // Code 0 is a stop that somebody asked for.
    if (!this.killed && code !== 0) {
      if (!this.wasReady) {
        this.startsCutShort += 1;
        this.cutShortInARow += 1;
      }
      if (this.wasReady || this.cutShortInARow > MAX_STARTS_CUT_SHORT)
        this.broken ??= new BrokenPromise(`The ${this.kind} ended by itself (${signal ?? code}):\n${this.words}`);
    }
    this.restarts += 1;
    this.process = this.spawn();
  }
}
