/** Sends one thing after the other, and looks after each whether what is promised still holds. */
import fc from 'fast-check';
import { BrokenPromise, type Campaign } from '../fault.ts';
import { asCommand, type Attempt } from './attempt.ts';
import { inputAt, type Kind, kindsOf } from './attempts.ts';
import { type WrongInput, wrongInputs } from './inputs.ts';
import { codesOf, faultOf, faultOfLine } from './judging.ts';
import type { Wire } from './sending.ts';
import type { FuzzedWorld } from './world.ts';

/** So many are under way at a time: what one does must not break what another does. */
const AT_A_TIME = 10;
/** After so many, the connections of PostgreSQL and the memory are looked at. */
const LOOK_EVERY = 5_000;
/** By then all caches are full and all code is compiled. */
const WARM_AFTER = 20_000;
/** What may be in use more than when it was warm, garbage aside. */
const MAX_GROWTH_BYTES = 32 * 1_024 * 1_024;
/** How long what broke something is made smaller. */
const SHRINK_MS = 20_000;
/** So often a row of the table of inputs takes its turn. */
const TABLE_EVERY = 4;
/** So many are remembered, for the log may name one that was answered a moment ago. */
const REMEMBERED = 500;
const TABLE = 'inputs of mutations and queries by type';

/** A campaign under way. */
export class FuzzRun {
  private readonly kinds: readonly Kind[];
  private readonly table: readonly WrongInput[];
  /** What was sent last, by the id that the log names it by. */
  private readonly sent = new Map<string, Attempt>();
  private broken: BrokenPromise | null = null;

  constructor(
    private readonly world: FuzzedWorld,
    private readonly wire: Wire,
    private readonly campaign: Campaign,
  ) {
    this.kinds = kindsOf(world.things, wire.tokens);
    this.table = wrongInputs(world.things);
  }

  /** @throws {BrokenPromise} with what was sent, made as small as it gets, and how to send it again */
  async all(): Promise<void> {
    const underWay = new Set<Promise<void>>();
    let [sent, warm] = [0, null as number | null];
    for (const step of this.campaign.steps()) {
      const one = this.step(step).finally(() => underWay.delete(one));
      underWay.add(one);
      if (underWay.size >= AT_A_TIME) await Promise.race(underWay);
      sent += 1;
      if (sent % LOOK_EVERY === 0) {
        await Promise.all(underWay);
        const live = await this.look();
        if (sent >= WARM_AFTER) warm ??= live;
        if (warm !== null && live - warm > MAX_GROWTH_BYTES)
          this.fail(`${mebibytes(warm)} were in use once it was warm, now there are ${mebibytes(live)}.`);
      }
      if (this.broken) break;
    }
    await Promise.all(underWay);
    if (!this.broken) {
      await this.look();
      await this.world.sweep();
      this.readLog();
    }
    if (this.broken) throw this.broken;
  }

  private async step(step: number): Promise<void> {
    const random = this.campaign.random(step);
    const kind = step % TABLE_EVERY === 0 ? this.row(step / TABLE_EVERY) : this.kindAt(random());
    this.campaign.tally(kind.name);
    let tried = 0;
    const property = fc.asyncProperty(kind.attempts, async (attempt) => {
      const { codes, fault } = await this.try(attempt, `fuzz-${step}-${tried++}`);
      if (tried === 1) for (const code of codes) this.campaign.tally(`  answered: ${code}`);
      if (fault !== null) throw new Error(fault);
    });
    const checked = await fc.check(property, {
      seed: Math.floor(random() * 2 ** 31),
      numRuns: 1,
      plugins: [fc.interruptAfterTimeLimit(SHRINK_MS)],
    });
    if (checked.failed) this.fail(`${(checked.errorInstance as Error).message}\n${this.shown((checked.counterexample as [Attempt])[0])}`);
  }

  /** Sends an attempt. Gives how it was answered, and what is wrong with that; null where nothing is. */
  private async try(attempt: Attempt, id: string): Promise<{ readonly codes: readonly string[]; readonly fault: string | null }> {
    this.sent.set(id, attempt);
    if (this.sent.size > REMEMBERED) this.sent.delete(this.sent.keys().next().value!);
    try {
      const answer = await this.wire.send(attempt, id);
      this.readLog();
      return { codes: codesOf(attempt, answer), fault: faultOf(attempt, answer) };
    } catch (error) {
      return { codes: ['nothing'], fault: `It was not answered: ${(error as Error).message}` };
    }
  }

  /** Bytes in use. */
  private async look(): Promise<number> {
    await this.world.untilNoTransaction();
    const { live, rss } = await this.world.usage();
    this.campaign.log(`${this.campaign.state.done} done: ${mebibytes(live)} in use, ${mebibytes(rss)} resident`);
    this.readLog();
    return live;
  }

  private readLog(): void {
    for (const line of this.world.takeLines()) {
      const fault = faultOfLine(line);
      if (fault === null) continue;
      const attempt = this.sent.get(/"requestId":"([\w-]+)"/.exec(line)?.[1] ?? '');
      const last = [...this.sent.values()].slice(-2 * AT_A_TIME);
      this.fail(`${fault}\n${attempt ? this.shown(attempt) : `Sent last:\n${last.map((one) => this.shown(one)).join('\n')}`}`);
    }
  }

  private shown(attempt: Attempt): string {
    return asCommand(attempt, this.world.url, this.wire.tokens);
  }

  /** The first thing that breaks is told of; others often follow from it. */
  private fail(what: string): void {
    this.broken ??= new BrokenPromise(what);
  }

  private row(turn: number): Kind {
    return { name: TABLE, weight: 0, attempts: fc.constant(inputAt(this.table, turn).attempt) };
  }

  private kindAt(chance: number): Kind {
    let left = chance * this.kinds.reduce((sum, { weight }) => sum + weight, 0);
    return this.kinds.find(({ weight }) => (left -= weight) < 0) ?? this.kinds[0]!;
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_024 / 1_024).toFixed(0)} MiB`;
}
