/** The service at work, for whoever looks at its pages: API and worker in processes of their own, and a clock that can be moved. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import type { House } from '../../src/house.ts';
import { Child } from '../fanout/child.ts';
import { TRUSTED_WEBHOOK_HOST } from './large-data.ts';

/** What the worker must have done for the present to be worked through. */
const SWEEPS = [
  'advance-calendar',
  'fold-counts',
  'update-notices',
  'expand-milestones',
  'compose-mails',
  'deliver-mail',
  'deliver-user-mail',
];
/** What one sweep finds may be of what another has left, so every instant is worked through so often. */
const PASSES = 3;
const STUCK_AFTER_MS = 60_000;
const POLL_MS = 50;
const TICK_MS = 1_000;
const ENCRYPTION_KEYS = `bench:${Buffer.alloc(32, 7).toString('base64')}`;

/** See the top of this file. */
export class DashboardService {
  /** The same house as the processes', to fill the database by. */
  readonly house: House;
  readonly url: string;
  private readonly closing = new AbortController();
  private ticking: Promise<void> | undefined;

  private constructor(
    house: House,
    private readonly folder: string,
    /** To be asked for its `cpuUs`. */
    readonly api: Child,
    private worker: Child,
    private readonly environment: Record<string, string>,
    port: number,
  ) {
    this.house = house;
    this.url = `http://127.0.0.1:${port}`;
  }

  /**
   * Starts it on a database.
   *
   * @param daysAgo how long ago its clock stands, so that a past can be lived through
   */
  static async start(databaseUrl: string, daysAgo: number): Promise<DashboardService> {
    const folder = await mkdtemp(join(tmpdir(), 'graceline-dashboard-'));
    const environment = {
      DATABASE_URL: databaseUrl,
      DATA_DIR: folder,
      HOST: '127.0.0.1',
      PORT: '0',
      WORKER_PORT: '0',
      PLATFORM_TIME_ZONE: 'Europe/Berlin',
      SWEEP_INTERVAL_SECONDS: '1',
      ENCRYPTION_KEYS,
      TRUSTED_WEBHOOK_HOSTS: TRUSTED_WEBHOOK_HOST,
      LOG_LEVEL: 'error',
      CLOCK_FILE: join(folder, 'clock'),
    };
    await setClock(folder, new Date(Date.now() - daysAgo * 86_400_000));
    const house = await compose(readConfig(environment), pino({ level: 'silent' }));
    const api = await Child.startGraceline(environment);
    const worker = await startWorker(environment);
    return new DashboardService(house, folder, api, worker, environment, await api.ask<number>('port'));
  }

  /** Moves the clock on and waits until the worker has done what is due by then. */
  async workTo(instant: Date): Promise<void> {
    for (let pass = 0; pass < PASSES; pass += 1) {
      const at = new Date(instant.getTime() + pass * TICK_MS);
      await setClock(this.folder, at);
      await this.swept(at);
    }
  }

  /** Lets the clock go with real time from now on, as browsers have it. */
  async goWithTime(): Promise<void> {
    // Hours went by in moments of its timers; a new worker sweeps at once what the old one thinks is not yet due.
    await this.worker.close();
    await setClock(this.folder, new Date());
    this.worker = await startWorker(this.environment);
    await this.workTo(new Date());
    this.ticking = this.tick();
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.ticking;
    await this.worker.close();
    await this.api.close();
    await this.house.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  private async tick(): Promise<void> {
    while (!this.closing.signal.aborted) {
      await setClock(this.folder, new Date());
      await sleep(TICK_MS, null, { signal: this.closing.signal }).catch(() => undefined);
    }
  }

  private async swept(at: Date): Promise<void> {
    const giveUpAt = performance.now() + STUCK_AFTER_MS;
    let waiting = SWEEPS;
    while (waiting.length > 0) {
      if (performance.now() > giveUpAt) throw new Error(`Not swept at ${at.toISOString()}: ${waiting.join(', ')}.`);
      this.house.wake.ring();
      await sleep(POLL_MS);
      const done = await this.house.db.query<{ name: string }>('select name from sweep where finished_at >= $1', [at]);
      waiting = SWEEPS.filter((sweep) => !done.some(({ name }) => name === sweep));
    }
  }
}

function startWorker(environment: Record<string, string>): Promise<Child> {
  return Child.start('../dashboard/worker.child.ts', [], environment);
}

/** Renamed into place: a process that reads meanwhile must not find half an instant. */
async function setClock(folder: string, instant: Date): Promise<void> {
  const file = join(folder, 'clock');
  await writeFile(`${file}.next`, instant.toISOString());
  await rename(`${file}.next`, file);
}
