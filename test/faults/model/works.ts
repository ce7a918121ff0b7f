/** The commands of time: the clock moves, and the workers sweep. */
import fc from 'fast-check';
import { REMINDING, sweepAll } from '../house.ts';
import { advance, updateNotices } from './calendar.ts';
import { Look } from './look.ts';
import type { Model } from './model.ts';
import { compose, deliver, expand } from './reminders.ts';
import { instantsOf } from './rule.ts';
import type { Stage } from './step.ts';
import { DAY, firstMorning, HOUR, MINUTE, type Ms } from './time.ts';

/** What each of {@link REMINDING} does. */
const STAGES: readonly ((model: Model) => void)[] = [advance, updateNotices, expand, compose, deliver];
const DELIVER = STAGES.length - 1;

interface Disturbance {
  /** The process dies before the commit of so manieth transaction; null for never. */
  readonly cutAt: number | null;
  /** Another worker does the same at the same time. */
  readonly doubled: boolean;
  /** The process that takes over is started anew. */
  readonly anew: boolean;
}

/** A worker sweeps: all its sweeps, or the first of them before it dies. However it is disturbed, what comes of it is the same. */
export class Work implements fc.AsyncCommand<Model, Stage> {
  constructor(
    private readonly sweeps: number,
    private readonly disturbance: Disturbance,
  ) {}

  check(): boolean {
    return true;
  }

  async run(model: Model, stage: Stage): Promise<void> {
    const { platform } = stage;
    const { cutAt, doubled, anew } = this.disturbance;
    stage.tell(model, `a worker sweeps, up to ${REMINDING[this.sweeps - 1]!.name}`);
    stage.count('rounds of a worker');
    if (doubled) {
      stage.add(', and another at the same time');
      stage.count('rounds of two workers at once');
      const sweeps = Math.min(this.sweeps, DELIVER);
      await Promise.all([platform.house, platform.other].map((house) => sweepAll(house, REMINDING.slice(0, sweeps))));
    }
    if (cutAt !== null) {
      const { cut, outcome } = await platform.call((house) => sweepAll(house, REMINDING.slice(0, this.sweeps)), cutAt);
      if (!cut && outcome !== 'ok') stage.broken(`a sweep failed: ${outcome}`);
      if (cut) {
        stage.add(`; it dies in transaction ${cutAt}, and ${anew ? 'one started anew' : 'another'} goes on`);
        stage.count('workers that died');
        await platform.takeOver(anew);
      }
    }
    for (let sweep = 0; sweep < this.sweeps; sweep += 1) {
      if (model.unread.notices.length > 0 || model.unread.reminders.length > 0) await platform.readable();
      await sweepAll(platform.house, [REMINDING[sweep]!]);
      STAGES[sweep]!(model);
    }
    await stage.compare(model);
  }

  toString(): string {
    return `work (${this.sweeps})`;
  }
}

/** The clock moves on. */
class Move implements fc.AsyncCommand<Model, Stage> {
  constructor(
    private readonly words: string,
    /** Null where it cannot move so. */
    private readonly to: (model: Model) => Ms | null,
    private readonly looks = true,
  ) {}

  check(model: Model): boolean {
    return this.to(model) !== null;
  }

  async run(model: Model, stage: Stage): Promise<void> {
    model.now = this.to(model)!;
    stage.count('steps of the clock');
    stage.tell(model, this.words);
    await stage.platform.setClock(model.now);
    if (this.looks) await stage.compare(model);
  }

  toString(): string {
    return this.words;
  }
}

/** Every instant at which something is to happen. */
function datesOf(model: Model): Ms[] {
  return [
    ...model.migrations.flatMap((migration) => Object.values(instantsOf(migration))),
    ...[...model.decisions.values()].flatMap(({ extended, exempt }) => [extended?.until ?? null, exempt?.until ?? null]),
  ].filter((instant) => instant !== null);
}

const onwards = fc
  .oneof(
    fc.constant(1),
    fc.integer({ min: 1, max: 300 }).map((minutes) => minutes * MINUTE),
    fc.integer({ min: 1, max: 12 }).map((days) => days * DAY),
    fc.constant(70 * DAY),
  )
  .map((ms) => new Move(`the clock moves on by ${ms} ms`, (model) => model.now + ms));

const toDate = fc.tuple(fc.nat({ max: 9 }), fc.constantFrom(-1, 0, 0, 1, 12 * HOUR)).map(
  ([which, ms]) =>
    new Move(`the clock moves to ${ms} ms from a date`, (model) => {
      const dates = datesOf(model).filter((instant) => instant + ms > model.now);
      return dates.length === 0 ? null : soon(dates, which) + ms;
    }),
);

/** One of the next: whoever moves far on leaves little to happen in between. */
function soon(instants: readonly Ms[], which: number): Ms {
  return instants.toSorted((one, other) => one - other)[which % Math.min(instants.length, 4)]!;
}

/** The instants around which people are reminded. */
function remindedAround(model: Model): Ms[] {
  return [model.now, ...datesOf(model).flatMap((date) => [0, -1, -3, -7, -14, -30, -60].map((days) => date + days * DAY))].filter(
    (instant) => instant >= model.now,
  );
}

const morning = fc
  .tuple(fc.nat({ max: 2 }), fc.nat({ max: 19 }), fc.constantFrom(0, 0, 0, 1, 2 * HOUR, 3 * HOUR))
  .map(([who, which, ms]) => (model: Model): Ms | null => {
    const person = model.people[who % model.people.length];
    return person ? firstMorning(soon(remindedAround(model), which) + 1, person.zone) + ms : null;
  });

const toMorning = morning.map((to) => new Move('the clock moves to a morning', to));

/** In the hour that a clock may be set back no date has passed: what has come may not go again. */
const backwards = fc.integer({ min: 1, max: 60 }).map(
  (minutes) =>
    new Move(`the clock is set back by ${minutes} minutes`, (model) => {
      const to = model.now - minutes * MINUTE;
      return datesOf(model).some((instant) => instant > to && instant <= model.now) ? null : to;
    }),
);

const disturbance = fc.oneof(
  { arbitrary: fc.constant({ cutAt: null, doubled: false, anew: false }), weight: 6 },
  {
    arbitrary: fc.record({
      cutAt: fc.nat({ max: 8 }),
      doubled: fc.constant(false),
      anew: fc.constantFrom(...Array<boolean>(9).fill(false), true),
    }),
    weight: 2,
  },
  { arbitrary: fc.constant({ cutAt: null, doubled: true, anew: false }), weight: 1 },
);
const works = fc.tuple(fc.constantFrom(1, 2, 3, 4, 5, 5, 5, 5), disturbance).map(([sweeps, disturbed]) => new Work(sweeps, disturbed));

/** All sweeps, undisturbed. */
export const WHOLE_ROUND = new Work(STAGES.length, { cutAt: null, doubled: false, anew: false });

/** A morning that a worker is awake in: without both, no mail leaves. */
class Morning implements fc.AsyncCommand<Model, Stage> {
  private readonly move: Move;

  constructor(to: (model: Model) => Ms | null) {
    this.move = new Move('the clock moves to a morning', to, false);
  }

  check(model: Model): boolean {
    return this.move.check(model);
  }

  async run(model: Model, stage: Stage): Promise<void> {
    await this.move.run(model, stage);
    await WHOLE_ROUND.run(model, stage);
  }

  toString(): string {
    return 'a morning';
  }
}

const mornings = morning.map((to) => new Morning(to));

/** Everything time does, each as often as it should be tried. */
export const passing: readonly fc.Arbitrary<fc.AsyncCommand<Model, Stage>>[] = [
  onwards,
  toDate,
  toDate,
  ...Array<typeof toMorning>(2).fill(toMorning),
  ...Array<typeof mornings>(9).fill(mornings),
  backwards,
  ...Array<typeof works>(6).fill(works),
  fc.boolean().map((folds) => new Look(folds)),
];
