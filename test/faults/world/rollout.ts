/** A rollout through its whole life, in a world that is harmed meanwhile: announced, opted in to, reminded of, on. */
import { AnnounceMigrationDocument, CreateMigrationDocument } from '../../../schema/generated/operations.ts';
import { endOfLog } from '../../../src/events/log.ts';
import { graphqlClient } from '../../support/graphql-client.ts';
import { settle } from './due.ts';
import type { FaultWorld } from './fault-world.ts';
import { Partners } from './partners.ts';
import { type Population, racingAccounts } from './population.ts';

const DAY_MS = 86_400_000;
/** A day of the story at an hour, after the midnight it begins at. */
const at = (day: number, time: string) => day * DAY_MS + Date.parse(`1970-01-01T${time}Z`);

/** When what happens: its start, its reminders, its deadline. */
const GRACE_STARTS = at(1, '08:00:00');
const DEADLINE = at(3, '12:00:00');
/** Past the last of its mails: where the next one may begin. */
const OVER = at(5, '00:00:00');

/** What partners wait on average between two calls. */
const CALM_MS = 600;
const RUSH_MS = 40;

/** The chapters of the story, each from a share of the harm on: what the clock is set to, and how partners call from then on. */
const CHAPTERS = [
  { from: 0, time: GRACE_STARTS + 1_000, pauseMs: CALM_MS, passes: true },
  { from: 0.1, time: at(1, '09:00:01'), pauseMs: CALM_MS, passes: true },
  { from: 0.35, time: at(2, '09:00:01'), pauseMs: CALM_MS, passes: true },
  // Opt-ins race the deadline as it passes by real time.
  { from: 0.55, time: DEADLINE - 3_000, pauseMs: RUSH_MS, passes: false },
  { from: 0.8, time: at(4, '09:00:01'), pauseMs: Infinity, passes: true },
] as const;

/** See the top of this file. */
export class Rollout {
  private chapter = -1;

  private constructor(
    private readonly world: FaultWorld,
    /** The key of its migration. */
    readonly key: string,
    readonly migrationId: string,
    private readonly midnight: Date,
    /** The place in the log before its first event. */
    readonly after: string,
    readonly partners: Partners,
  ) {}

  /**
   * Announces a new migration, whose story begins at the next midnight.
   *
   * @param tokens of an operator and a partner of all accounts
   */
  static async announce(
    world: FaultWorld,
    population: Population,
    tokens: { readonly operator: string; readonly partner: string },
    key: string,
    random: () => number,
  ): Promise<Rollout> {
    const after = await endOfLog(world.db);
    const midnight = new Date(Math.ceil(world.clock.now().getTime() / DAY_MS) * DAY_MS);
    const instant = (ms: number) => new Date(midnight.getTime() + ms).toISOString();
    const olga = graphqlClient(world.urls[0]!, tokens.operator);
    const dates = { gracePeriodStart: instant(GRACE_STARTS), mandatoryOptIn: instant(DEADLINE) };
    await olga.request(CreateMigrationDocument, { input: { key, title: `The change ${key}`, severity: 'HIGH', ...dates } });
    await olga.request(AnnounceMigrationDocument, { key });
    const [row] = await world.db.query<{ id: string }>('select id from migration where key = $1', [key]);
    const partners = new Partners({
      urls: world.urls,
      token: tokens.partner,
      migration: key,
      accounts: racingAccounts(population, random),
      random,
    });
    partners.pace(Infinity);
    return new Rollout(world, key, row!.id, midnight, after, partners);
  }

  get deadline(): Date {
    return new Date(this.midnight.getTime() + DEADLINE);
  }

  /** Whether {@link goOn} begins another chapter. */
  isDue(share: number): boolean {
    const next = CHAPTERS[this.chapter + 1];
    return next !== undefined && next.from <= share;
  }

  /**
   * Goes on with the story.
   *
   * @param share of the harm that is done
   * @param check throws where something is wrong meanwhile
   */
  async goOn(share: number, check: () => void): Promise<void> {
    while (this.isDue(share)) {
      // What a morning leaves over would wait for the next.
      if (this.chapter > 0) await settle(this.world, 'mails', check);
      this.chapter += 1;
      const { time, pauseMs } = CHAPTERS[this.chapter]!;
      this.world.clock.moveTo(new Date(this.midnight.getTime() + time));
      this.partners.pace(pauseMs);
    }
  }

  /** Lets time pass as fast as the chapter allows, so that what dead processes held is let go. */
  pass(ms: number): void {
    if (CHAPTERS[this.chapter]!.passes) this.world.clock.pass(ms);
  }

  /** Tells the rest of the story, and waits until all that follows from it is done. */
  async finish(check: () => void): Promise<void> {
    await this.goOn(1, check);
    // Calls that a killed process had under way are taken over a minute later.
    const finished = this.partners.finish();
    let open = true;
    void finished.finally(() => (open = false)).catch(() => undefined);
    while (open) {
      await settle(this.world, 'mails', check);
      this.world.clock.pass(10_000);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await finished;
    await settle(this.world, 'everything', check);
    this.world.clock.moveTo(new Date(this.midnight.getTime() + OVER));
    await settle(this.world, 'everything', check);
  }
}
