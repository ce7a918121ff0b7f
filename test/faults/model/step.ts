/** One command of a run: what it does to the real platform, what the model says of it, and the look whether both agree. */
import type fc from 'fast-check';
import type { House } from '../../../src/house.ts';
import { BrokenPromise } from '../fault.ts';
import type { Model, Outcome } from './model.ts';
import { differences, Observer, pictureOf } from './picture.ts';
import type { RealPlatform } from './platform.ts';
import { iso } from './time.ts';

/** The real side of a run, and what is told of it. */
export class Stage {
  readonly observer: Observer;
  /** What was done, a line each, for whoever reads of a failure. */
  readonly story: string[] = [];

  constructor(
    readonly platform: RealPlatform,
    /** Counts for the summary. */
    readonly count: (what: string, by?: number) => void,
  ) {
    this.observer = new Observer(platform);
  }

  /** Begins the line of a command. */
  tell(model: Model, words: string): void {
    this.story.push(`${iso(model.now)}  ${words}`);
  }

  /** Adds to the line of the command at hand. */
  add(words: string): void {
    this.story.push(`${this.story.pop() ?? ''}${words}`);
  }

  /** @throws BrokenPromise with the story so far */
  broken(...lines: readonly string[]): never {
    throw new BrokenPromise(
      `the platform is not as the model says\n  ${[...this.story, ...lines.map((line) => `!! ${line}`)].join('\n  ')}`,
    );
  }

  /** Looks whether all that can be seen is as the model says. */
  async compare(model: Model): Promise<void> {
    const expected = pictureOf(model);
    const actual = await this.observer.look();
    const found = differences(expected, actual);
    this.count('events', actual.events.length);
    this.count('mails', actual.letters.length);
    if (found.length > 0) this.broken(...found);
  }
}

/** How a call is disturbed. */
export type Crash = 'none' | 'before its commit' | 'after its commit';

/** What a command does in the state at hand. */
export interface Plan {
  readonly words: string;
  /** Asks the real platform. */
  readonly act: (house: House, stage: Stage) => Promise<unknown>;
  /** Asks the model, which changes by it. */
  readonly predict: () => Outcome;
}

/** A command that asks the platform for something. */
export class Ask implements fc.AsyncCommand<Model, Stage> {
  constructor(
    /** Null where it makes no sense. */
    private readonly planOf: (model: Model) => Plan | null,
    private readonly crash: Crash,
  ) {}

  check(model: Model): boolean {
    return this.planOf(model) !== null;
  }

  async run(model: Model, stage: Stage): Promise<void> {
    const plan = this.planOf(model)!;
    stage.tell(model, plan.words);
    const cutAt = this.crash === 'before its commit' ? 0 : null;
    const { outcome, cut } = await stage.platform.call((house) => plan.act(house, stage), cutAt);
    stage.count('commands');
    if (cut) {
      stage.add(' (the process dies before its commit)');
      stage.count('processes that died before a commit');
    } else {
      const expected = plan.predict();
      stage.add(`: ${outcome}`);
      if (outcome !== 'ok') stage.count('refusals');
      if (outcome !== expected) stage.broken(`expected: ${expected}`);
    }
    if (this.crash === 'after its commit') {
      stage.add(' (the process dies after it)');
      stage.count('processes that died after a commit');
    }
    if (this.crash !== 'none') await stage.platform.takeOver(false);
    await stage.compare(model);
  }

  toString(): string {
    return `ask (crash: ${this.crash})`;
  }
}
