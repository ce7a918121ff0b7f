/** The real platform under the model's commands: two houses on one database, as two processes would be, and what can be seen of them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '../../../src/auth/actor.ts';
import type { Transaction } from '../../../src/db/database.ts';
import { GracelineError } from '../../../src/errors.ts';
import type { House } from '../../../src/house.ts';
import { clear, composeOn, readable, setClock } from '../house.ts';
import type { Outcome } from './model.ts';
import { type Ms, PLATFORM_ZONE } from './time.ts';

/** All houses share it. */
const CLOCK = 'clock';

/** The two operators. */
export const OPERATORS = ['olga', 'otto'] as const;

/** What came of a call that may have been cut. */
export interface Called {
  /** Null where the process died before it could be told. */
  readonly outcome: Outcome | null;
  /** Whether its transaction was cut, and so nothing came of it. */
  readonly cut: boolean;
}

/** See the top of this file. Made by {@link openPlatform}. */
export class RealPlatform {
  /** The one at work; the other takes over where it dies. */
  private active = 0;

  constructor(
    private readonly houses: House[],
    private readonly composeHouse: () => Promise<House>,
    readonly folder: string,
  ) {}

  /** The house at work. */
  get house(): House {
    return this.houses[this.active]!;
  }

  /** The one that would take over. */
  get other(): House {
    return this.houses[1 - this.active]!;
  }

  /** As an operator. */
  operator(subject: string): Actor {
    return { role: 'OPERATOR', subject, administratorId: null, tokenId: null, scopes: [] };
  }

  /** As an administrator, by the name of the model. */
  async person(name: string): Promise<Actor> {
    const subject = addressOf(name);
    const [row] = await this.house.db.query<{ id: string }>('select id from administrator where email = $1', [subject]);
    return { role: 'ADMINISTRATOR', subject, administratorId: row!.id, tokenId: null, scopes: [] };
  }

  async setClock(now: Ms): Promise<void> {
    await setClock({ folder: this.folder, clock: CLOCK }, now);
  }

  /** The other process takes over; the one before it is never asked again. @param anew it is composed now */
  async takeOver(anew: boolean): Promise<void> {
    this.active = 1 - this.active;
    if (!anew) return;
    await this.house.close();
    this.houses[this.active] = await this.composeHouse();
  }

  /**
   * Calls the house.
   *
   * @param cutAt the connection of so manieth transaction is ended right before it would commit; null for never
   * @throws what is no refusal and no cut
   */
  async call(work: (house: House) => Promise<unknown>, cutAt: number | null = null): Promise<Called> {
    let [transactions, cut] = [0, false];
    const lastStep = async (tx: Transaction) => {
      if (transactions++ !== cutAt) return;
      cut = true;
      await tx.query('select pg_terminate_backend(pg_backend_pid())');
    };
    try {
      await this.house.db.following(lastStep, () => work(this.house));
      return { outcome: cut ? null : 'ok', cut };
    } catch (error) {
      if (cut) return { outcome: null, cut };
      if (error instanceof GracelineError) return { outcome: error.code, cut };
      throw error;
    }
  }

  /** Waits until readers of the log can see all that is in it. */
  readable(): Promise<void> {
    return readable(this.house.db);
  }

  /** Forgets everything, for the next run. */
  async clear(): Promise<void> {
    await clear(this.house.db);
    await rm(join(this.folder, 'mail'), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const house of this.houses) await house.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The address of an administrator of the model. */
export function addressOf(name: string): string {
  return `${name}@model.example`;
}

/** Composes the houses. @param url of a migrated database that nobody else uses */
export async function openPlatform(url: string): Promise<RealPlatform> {
  const folder = await mkdtemp(join(tmpdir(), 'graceline-model-'));
  const site = { url, folder, clock: CLOCK, timeZone: PLATFORM_ZONE };
  await setClock(site, 0);
  return new RealPlatform([await composeOn(site), await composeOn(site)], () => composeOn(site), folder);
}
