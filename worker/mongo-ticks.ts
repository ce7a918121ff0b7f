import { setTimeout as sleep } from 'node:timers/promises';
import { MongoBackend } from '@agendajs/mongo-backend';
import { type Db, MongoClient, type MongoClientOptions, MongoServerError } from 'mongodb';
import type { Logger } from 'pino';
import { GracelineError } from '../src/errors.ts';
import { inTime } from './looks.ts';
import { ANSWER_TIMEOUT_MS, CONNECT_TIMEOUT_MS, type TickStore } from './tick-store.ts';

/** Not Agenda's own name for it, under which another application may keep its jobs. */
const COLLECTION = 'graceline_ticks';
/** Between two attempts to connect at start. */
const RETRY_AFTER_MS = 250;
/** What a start may take that is told not to wait: the driver tries until a time, never just once. */
const ONE_TRY_MS = 500;
/** A stop frees its ticks in less than what is left of the 5 seconds it may take, or leaves them to expire. */
const FREE_WITHIN_MS = 1_000;
/** What MongoDB says where another process has inserted just that. */
const DUPLICATE_KEY = 11_000;
/** What it says to whom it does not let in: Unauthorized, AuthenticationFailed, and the latter as Atlas calls it. */
const REFUSALS = [13, 18, 8_000];

const OPTIONS = {
  appName: 'graceline ticker',
  maxPoolSize: 2,
  connectTimeoutMS: CONNECT_TIMEOUT_MS,
  serverSelectionTimeoutMS: CONNECT_TIMEOUT_MS,
  // Each of these waits for ever unless told; `timeoutMS`, which would bound all of them together, has no effect in this driver.
  socketTimeoutMS: ANSWER_TIMEOUT_MS,
  waitQueueTimeoutMS: ANSWER_TIMEOUT_MS,
  // The next look is a retry.
  retryReads: false,
  retryWrites: false,
} satisfies MongoClientOptions;

/**
 * Keeps ticks in a collection of MongoDB. Loaded and called only where MONGODB_URL is given.
 *
 * @param url a MongoDB connection string that names a database
 * @param waitMs how long to go on trying a server that does not answer, e.g. one that starts at the same time as we do
 * @throws GracelineError DATABASE_UNREACHABLE where no server answers in time or it refuses us, INVALID_SETTINGS where the
 *   driver cannot read the connection string
 */
export async function openMongoTicks(url: string, waitMs: number, log: Logger): Promise<TickStore> {
  await prepare(url, waitMs);
  const client = createClient(url, OPTIONS);
  const db = client.db();
  const clearLocks = (owner: string) =>
    db.collection(COLLECTION).updateMany({ lastModifiedBy: owner, lockedAt: { $ne: null } }, { $set: { lockedAt: null } });
  return {
    backend: new MongoTicks(db),
    close: async (owner) => {
      const freed = clearLocks(owner).catch((err: unknown) =>
        log.warn({ err }, 'could not free the ticks; they are taken over when their locks expire'),
      );
      await inTime(freed, FREE_WITHIN_MS);
      await inTime(client.close(), FREE_WITHIN_MS);
    },
  };
}

/** Without the collection of logs that Agenda would make, and with one tick a sweep however many workers boot at once. */
class MongoTicks extends MongoBackend {
  constructor(db: Db) {
    super({ mongo: db, collection: COLLECTION, ensureIndex: false });
    const { repository } = this;
    const save = repository.saveJob.bind(repository);
    repository.saveJob = (job, options) =>
      save(job, options).catch((error: unknown) => {
        // Now that it is there, it is found.
        if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return save(job, options);
        throw error;
      });
  }

  override connect(): Promise<void> {
    return this.repository.connect();
  }
}

/**
 * Waits for the server and makes the index without which two workers that boot at once insert a tick twice. By a client of
 * its own: how long it waits for a server can be said to a client once, and looks must not wait as long as a start may.
 */
async function prepare(url: string, waitMs: number): Promise<void> {
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    const leftMs = Math.round(giveUpAt - performance.now());
    const client = createClient(url, { ...OPTIONS, serverSelectionTimeoutMS: Math.max(ONE_TRY_MS, leftMs) });
    try {
      await client.connect();
      await client.db().collection(COLLECTION).createIndex({ name: 1, type: 1 }, { name: 'one_tick_a_sweep', unique: true }, {});
      return;
    } catch (error) {
      if (!mayHeal(error) || performance.now() + RETRY_AFTER_MS > giveUpAt) throw unreachable(url, error);
    } finally {
      await client.close();
    }
    await sleep(RETRY_AFTER_MS);
  }
}

/** A server that does not let us in will not do so the next time. */
function mayHeal(error: unknown): boolean {
  return !(error instanceof MongoServerError && REFUSALS.includes(Number(error.code)));
}

function createClient(url: string, options: MongoClientOptions): MongoClient {
  try {
    return new MongoClient(url, options);
  } catch (error) {
    const why = (error as Error).message;
    throw new GracelineError('INVALID_SETTINGS', `MONGODB_URL cannot be used (${why}). See .env.example for what it takes.`);
  }
}

function unreachable(url: string, cause: unknown): GracelineError {
  const [address] = url.replace(/^mongodb(\+srv)?:\/\//, '').split('?') as [string];
  const place = address.slice(address.lastIndexOf('@') + 1);
  return new GracelineError(
    'DATABASE_UNREACHABLE',
    `Cannot reach MongoDB at ${place} (${(cause as Error).message}). Check MONGODB_URL and that the server is running.`,
    {},
    { cause },
  );
}
