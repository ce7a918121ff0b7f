import type fc from 'fast-check';
import type { House } from '../../../src/house.ts';
import type { Model } from './model.ts';
import { stateLine } from './picture.ts';
import { countsText, isLive, progressOf, stateOf, statesOf } from './rule.ts';
import type { Stage } from './step.ts';

/** Somebody looks at what is not compared after every command: counts, states as services tell them, and what administrators have unread. */
export class Look implements fc.AsyncCommand<Model, Stage> {
  /** @param folds whether a worker folds the counts before */
  constructor(private readonly folds: boolean) {}

  check(): boolean {
    return true;
  }

  async run(model: Model, stage: Stage): Promise<void> {
    const { platform } = stage;
    const { house } = platform;
    const agree = (what: string, expected: unknown, actual: unknown) => {
      if (String(expected) !== String(actual)) stage.broken(`expected ${what}: ${String(expected)}`, `but there is:  ${String(actual)}`);
    };
    stage.tell(model, 'olga looks at states, counts and notices');
    if (this.folds) await house.counts.fold();
    agree('the states', expectedStates(model), await actualStates(house));
    for (const migration of model.migrations) {
      const view = await house.migrations.migration(platform.operator('olga'), migration.key);
      agree(`the state of ${migration.key}`, stateOf(migration, model.now), view.state);
      if (!isLive(migration)) continue;
      const progress = await house.rollouts.progress(platform.operator('olga'), view.id);
      agree(`the counts of ${migration.key}`, progressOf(model, migration), countsText(progress));
    }
    for (const { name } of model.people) {
      const unread = [...model.notices].filter(([id, { dismissed, closed }]) => id.startsWith(`${name} `) && !dismissed && !closed);
      agree(`unread notices of ${name}`, unread.length, await house.notices.unreadCount(await platform.person(name)));
    }
  }

  toString(): string {
    return 'look';
  }
}

function expectedStates(model: Model): string {
  const accounts = model.accounts.map(({ id }) => id);
  const lines = model.migrations
    .filter(isLive)
    .flatMap((migration) => statesOf(model, migration, accounts).map(({ account, state }) => stateLine(migration.key, account, state)));
  return lines.toSorted().join('\n');
}

async function actualStates({ db, migrations, rollouts }: House): Promise<string> {
  const accounts = await db.query<{ number: number }>('select number from account');
  const states = (await rollouts.statesOf(accounts.map(({ number }) => number))).flat();
  const views = await migrations.byIds([...new Set(states.map(({ migrationId }) => migrationId))]);
  const keyOf = new Map(views.flatMap((view) => (view ? [[view.id, view.key] as const] : [])));
  const lines = states.map(({ accountId, migrationId, state }) =>
    stateLine(keyOf.get(migrationId)!, accountId, {
      ...state,
      since: state.since?.getTime() ?? null,
      deadline: state.deadline?.getTime() ?? null,
    }),
  );
  return lines.toSorted().join('\n');
}
